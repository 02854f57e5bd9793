# What the desk says, a file per subject: Қазақша.

# This language in itself.
language-name = Қазақша

## What every page says.

rehearsal = Жаттығу күні: мұнда көрсетілгеннің ешқайсысы болған жоқ
language = Тіл
observer = бақылаушы
device = құрылғы
picture = Сурет
not-arrived = файл әлі келген жоқ
not-shown = файл осында, бірақ браузер оны көрсете алмайды

## Where every page leads to.

places = Бөлімдер
place-board = Учаскелер
place-observers = Бақылаушылар
place-papers = Хаттамалар
place-official = Ресми деректер
place-tables = Кестелер
place-chains = Тізбектер
place-publish = Жариялау
