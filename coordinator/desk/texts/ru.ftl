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

inde# What the desk says: Қазақша.-title = Поступившие записи
inde# What the desk says: Қазақша.-station = Участок
inde# What the desk says: Қазақша.-total = Всего
inde# What the desk says: Қазақша.-other = Другое
inde# What the desk says: Қазақша.-records = Принято записей
inde# What the desk says: Қазақша.-heard = Участки с записями
inde# What the desk says: Қазақша.-silent = нет записей
inde# What the desk says: Қазақша.-unlisted = Участки не из списка (введены вручную)
inde# What the desk says: Қазақша.-training = Тренировочные записи (не учитываются)
station-none = Участок не указан
inde# What the desk says: Қазақша.-times = Время по { $zone }: когда пришла последняя запись.
inde# What the desk says: Қазақша.-reload = Чтобы обновить, перезагрузите страницу.
inde# What the desk says: Қазақша.-lost = Связь прервана, числа могли устареть.

## One station.

station-nothing = С этого участка записей ещё нет.
station-newest-only = Показаны только последние записи.
station-times = Время по { $zone }: когда запись принята.
record-training = тренировка, не учитывается
record-corrected = исправлено более поздней записью
record-te# What the desk says: Қазақша.t = Текст
file-original-coming = оригинал загружается

## How an answer is said that the pack has no words for.

answer-yes = да
answer-no = нет
answer-not-seen = не видел(а)
answer-not-applicable = неприменимо

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

## Asking for another photo.

retake = Попросить переснять:
retake-te# What the desk says: Қазақша.t = Пожалуйста, переснимите эту страницу: её нельзя прочитать.
retake-send = Отправить
retake-sent = Просьба отправлена. Телефон получит её при следующем соединении.

## Copies for publication.

copies = Копии для публикации
redact = Сделать копию для публикации
redact-help = Отметьте места, которые надо скрыть, мышью или впишите числами: левый край, верхний край, ширина, высота (в пикселях, по одному прямоугольнику в строке). Они закрашиваются чёрным, сведения о файле удаляются, оригинал не меняется.
redact-regions = Прямоугольники
redact-make = Сделать копию
