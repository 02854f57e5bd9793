# What the desk says: Русский.

# This language in itself.
language-name = Русский

## What every page says.

language = Язык
all-stations = Все участки
observer = наблюдатель
device = устройство
picture = Снимок
not-arrived = файл ещё не пришёл
not-shown = файл здесь, но браузер его не показывает

## All stations.

index-title = Поступившие записи
index-station = Участок
index-total = Всего
index-other = Другое
index-records = Записи, исправленные — один раз
index-heard = Участки с записями
index-faults = Нарушения цепочек
index-silent = нет записей
index-unlisted = Участки не из списка (введены вручную)
index-training = Тренировочные записи (не учитываются)
station-none = Участок не указан
index-times = Время по { $zone }: когда пришла последняя запись.
index-reload = Чтобы обновить, перезагрузите страницу.
index-lost = Связь прервана, числа могли устареть.

## One station.

station-nothing = С этого участка записей ещё нет.
station-newest-only = Показаны только последние записи.
station-times = Время по { $zone }: когда запись принята.
record-training = тренировка, не учитывается
record-corrected = исправлено более поздней записью
record-apart = нет доверия: устройство отозвано; не учитывается
word-about = О другой записи
status-reported = сообщено
status-corroborated = подтверждено другим источником
status-verified = проверено
status-disputed = оспорено
status-withdrawn = отозвано
record-text = Текст
file-original-coming = оригинал загружается

## What does not hold in the chains of devices.

chains-title = Что не сходится в цепочках
chains-none = Ничего: все цепочки целы.
chains-note = Само по себе это не повод не верить записи: телефон, восстановленный из резервной копии, ставит один номер дважды, после повреждённого остаются пропуски. Это повод спросить. Номера ведут к первым записям каждого вида.
fault-broken-link = не продолжает предыдущую запись
fault-fork = есть другая запись с тем же номером
fault-gap = сейчас не хватает номеров
fault-lost = устройство заявило, что номера утрачены
fault-other-station = наблюдателя на этот участок не направляли

## Наблюдатели и их устройства.

observers-title = Наблюдатели и их устройства
observers-none = Ни одного устройства ещё не подключено.
observers-note = У того, кто получил новый телефон, две цепочки; это один наблюдатель. Время: { $zone }. Слова платформ о телефонах ничего не решают.
observers-some-only = Показаны не все устройства; все показывает `kuager device list`.
device-trusted = доверенное
device-revoked-from = отозвано { $since }; доверие до № { $number }
device-revoked = отозвано { $since }; доверия нет ни к чему
device-follows = продолжает { $device }: телефон восстановлен из копии
device-records = записей, которые учитываются: { $records }; отложено: { $apart }
attested-nothing = платформа о телефоне ничего не сообщила
attested-holds = платформа ручается за телефон; ключ { $level }
attested-fails = сказанное о телефоне не подтверждается: { $fault }
attested-in-software = в программе
attested-in-environment = в доверенной среде
attested-in-element = в отдельной микросхеме
attested-in-unknown = неизвестно где
attested-unreadable = не читается
attested-root = не ведёт к корню платформы
attested-chain = подпись внутри недействительна
attested-time = сертификат не в своём сроке
attested-revoked = платформа отозвала сертификат
attested-challenge = сделано для другого подключения
attested-key = сказано о другом ключе

## How an answer is said that the pack has no words for.

answer-yes = да
answer-no = нет
answer-not-seen = не видел(а)
answer-not-applicable = неприменимо

## What must add up in a record.

relations = Контрольные соотношения, проверены здесь
relation-holds = выполняется
relation-fails = не выполняется
relation-unknown = решить нельзя
relation-not-judged = к этим ответам не относится
relations-hold = Выполняются и другие: { $count }.
relation-sealed = телефон записал: { $verdict }
relation-nothing-sealed = ничего, то есть выполнялось или не проверялось
relations-differ = Расхождение может значить и то, что прежние записи этого устройства ещё не пришли.

## One file.

file-preview-shown = Показан только предпросмотр.
file-original = Оригинал
file-preview = Предпросмотр
file-redacted = Копия со скрытыми местами
file-captured = снято в этом приложении (по его словам)
file-imported = взято из галереи
file-derived = сделано приложением из другого файла
file-elsewhere = Встречается и на другом участке
file-same = Тот же самый файл
file-similar = Похожий снимок
file-zoom = Увеличение
file-rotate = Поворот
file-kind = Вид и размер
file-arrived = Пришёл ({ $zone })
file-open = открыть файл
file-made-from = Сделано из файла
file-records = Записи, в которых указан этот файл
file-receipted = расписка выдана
file-not-receipted = расписки ещё нет
file-claims = Что файл говорит о себе (EXIF)
file-claims-note = Это не доказательство: туда кто угодно может вписать что угодно.
file-claims-signed = EXIF в подписанной записи
file-problem-too-large = Снимок не проверен: он больше, чем эта программа разбирает. Файл сохранён таким, каким пришёл.
file-problem-impossible = Снимок не проверен: он объявляет больше пикселей, чем может быть в его байтах, и сделан, чтобы навредить. Не открывайте его.
file-problem-unreadable = Снимок не удалось проверить: он повреждён или не того вида, каким назван. Файл сохранён таким, каким пришёл.
file-problem-gave-up = Снимок не удалось проверить: это заняло больше времени или памяти, чем отведено одному снимку. Обращайтесь с ним осторожно.

## Asking for another photo.

retake = Попросить переснять:
retake-text = Пожалуйста, переснимите эту страницу: её нельзя прочитать.
retake-send = Отправить
retake-sent = Просьба отправлена. Телефон получит её при следующем соединении.

## Copies for publication.

copies = Копии для публикации
redact = Сделать копию для публикации
redact-help = Отметьте места, которые надо скрыть, мышью или впишите числами: левый край, верхний край, ширина, высота (в пикселях, по одному прямоугольнику в строке). Они закрашиваются чёрным, сведения о файле удаляются, оригинал не меняется.
redact-regions = Прямоугольники
redact-make = Сделать копию
