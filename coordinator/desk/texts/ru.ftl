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

## The board: who is silent, what does not add up.

index-attention = Требует внимания
index-hours = Явка по часам
index-found = { $from }–{ $to } из { $found }
index-habits = Данные о явке считаются опоздавшими через { $grace } мин после своего часа, телефон — недоступным через { $quiet } мин.
view-listed = Участки из списка
state-failed = не сходится
state-conflict = расхождение
state-missing = нет сообщений
state-late = опаздывает
state-unreachable = нет связи
state-partial = частично
state-unattended = никто не направлен
mark-gap = пропуск в цепочке: { $count }
trouble-others = и ещё { $count }
row-incidents = инциденты: { $count }
row-seen = последняя связь
hour-heard = получено
hour-open = ещё не срок
hour-late = опаздывает
contest-stands = { $contest }: { $status }; копий: { $copies }
contest-none = нет протокола
contest-reported = сообщён
contest-confirmed = подтверждён
contest-disputed = спорный: копии расходятся
contest-official-match = совпадает с официальными данными
contest-official-mismatch = расходится с официальными данными
order-place = по месту
order-trouble = сначала проблемы
order-silence = сначала дольше молчащие
order-news = сначала новые
filter-words = Участок
filter-any = любой
filter-form = Без
filter-observer = Наблюдатель
filter-order = Порядок
filter-show = Показать
filter-none = снова все
regions-title = Регионы
arrivals-title = Поступления, по пять минут
as-table = таблицей
pages-title = Страницы
pages-before = назад
pages-after = дальше

## A station's protocols, side by side.

station-failing = Не сходится
station-newer = более новые записи
station-older = более старые записи
record-ids = полные идентификаторы
copy-line = Строка
copy-own = собственное чтение
copy-official = Официально
copy-versions = версий: { $count }
copy-unfit = неподходящих ответов: { $count }
copy-undecided = нельзя решить: { $count }
copy-files = фото: { $count } из { $asked }
turnout-title = Явка
turnout-hour = Час
turnout-told = Названо комиссией
turnout-own = Подсчитано наблюдателем
turnout-whole = без перерыва
incidents-title = Инциденты

## One station.

station-nothing = С этого участка записей ещё нет.
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
retake-asked = Переснять просили

## Copies for publication.

copies = Копии для публикации
redact = Сделать копию для публикации
redact-help = Отметьте места, которые надо скрыть, мышью или впишите числами: левый край, верхний край, ширина, высота (в пикселях, по одному прямоугольнику в строке). Они закрашиваются чёрным, сведения о файле удаляются, оригинал не меняется.
redact-regions = Прямоугольники
redact-make = Сделать копию

## Протоколы сверяются с фотографиями.

papers-title = Протоколы и фотографии
papers-how = Двое набирают то, что видят на фотографии, независимо друг от друга; если расходятся — третий. Остальное решает тот, кто не набирал.
papers-none = Для вас непрочитанных протоколов не осталось.
papers-next = Читать следующий протокол
papers-unsettled = Ждут решения
papers-differ = Фотография расходится с числами наблюдателя
papers-differ-note = Ни то, ни другое не меняется: показано само расхождение.
paper-unread = Никто не читал
paper-once = Прочитан одним
paper-third = Нужен третий
paper-unsettled = Ждёт решения
paper-done = Прочитан
paper-photos = Фотографии протокола
paper-retake = Открыть страницу или попросить переснять
paper-how = Наберите то, что стоит на бумаге. Пустую строку оставьте пустой; если прочитать нельзя, поставьте знак ?.
paper-send = Отправить
paper-nothing = Ничего не набрано. Если страницу нельзя прочитать вовсе, поставьте в строках знак ?.
paper-wrong = «{ $typed }» не подходит для строки «{ $field }».
paper-read-by = Прочитали
paper-field = Строка
paper-reader = Читатель
paper-finding = Итог
paper-signed = Подписал наблюдатель
paper-differs = расходится
paper-settle = Решить
paper-note = Почему
paper-settle-send = Записать решение
field-open = нужен второй читатель
field-disputed = прочитано по-разному
field-unreadable = нельзя прочитать
field-empty = пусто
## Who is at the desk.

who-anybody = Учётных записей нет: этими страницами может пользоваться каждый, кто работает на этом компьютере.
who-leave = Выйти
login-title = Вход
login-name = Имя
login-password = Пароль
login-code = Код из приложения-аутентификатора, шесть цифр
login-send = Войти
login-wrong = Имя, пароль или код неверны. Каждый код действует один раз.
login-wait = Слишком много попыток. Следующая будет рассмотрена через { $seconds } с.
login-busy = Сейчас входит слишком много людей. Повторите попытку.
refused-title = Эта страница не для ваших ролей
refused-note = Ваши роли: { $roles }. Другие может дать тот, кто обслуживает координатор.
me-title = Моя учётная запись
me-roles = Роли
me-places = Открыто сеансов
me-leave-all = Выйти везде
me-password = Другой пароль
me-password-note = Не меньше { $shortest } символов; хороши пять слов, выбранных бросанием костей. После этого войдите везде заново.
me-former = Нынешний пароль
me-new = Новый пароль
me-again = Ещё раз
me-change = Изменить
me-differ = Два новых пароля различаются; ничего не изменено.
me-unfit = В новом пароле меньше { $shortest } символов, или он слишком длинный; ничего не изменено.
role-admin = администратор
role-coordinator = координатор
role-transcriber = оператор ввода
role-analyst = аналитик
role-publisher = публикатор
role-read-only = только чтение

## Who looked at what.

views-title = Кто что просматривал
views-note = Страницы о наблюдателях, участках и файлах, оригиналы снимков. Повторный просмотр в течение десяти минут записывается один раз. Время по { $zone }.
views-none = Пока никто ничего не просматривал.
views-who = Кто
views-when = Когда
views-what = Что
views-file = страница файла
views-original = оригинал файла
views-older = Более ранние

## Официальные данные рядом с протоколами.

official-title = Официальные данные
official-note = Строки, в которых ни одна копия протокола не даёт официального числа, бо́льшие расхождения выше. Расхождение — повод проверить; чья ошибка, оно не говорит.
official-lines = Строк с расхождением
official-stations = Участков
official-none = Расхождений нет, или официальные данные не внесены.
official-station = Участок
official-protocol = В протоколе
official-official = Официально
official-difference = Разница
official-entry = Запись журнала

## Запрет на публикацию опросов.

embargo = Результат опроса
embargo-until = никому не показывается до { $until } (ст. 28(9))

## Звонки наблюдателям.

call-calls = Звонки
call-due = Пора позвонить
call-write = Записать звонок
call-outcome = Чем кончилось
call-next = Следующий звонок через столько минут (пусто — не нужен)
call-send = Записать
call-next-at = следующий звонок { $at }
call-reached = ответил
call-no-answer = не отвечает
call-unreachable = телефон выключен или нет сети
call-wrong-number = неверный номер
call-absent = не на участке
