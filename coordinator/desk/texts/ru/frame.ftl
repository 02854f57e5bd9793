# What the desk says, a file per subject: Русский.

# This language in itself.
language-name = Русский

## What every page says.

rehearsal = Учебный день: ничего из показанного здесь не происходило
language = Язык
observer = наблюдатель
device = устройство
picture = Снимок
not-arrived = файл ещё не пришёл
not-shown = файл здесь, но браузер его не показывает

## Where every page leads to.

places = Разделы
place-board = Участки
place-observers = Наблюдатели
place-papers = Протоколы
place-official = Официальные данные
place-tables = Таблицы
place-chains = Цепочки
place-publish = Публикация
