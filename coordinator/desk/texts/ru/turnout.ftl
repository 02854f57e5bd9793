## Turnout and what of it does not fit together.

turnout-country = вся страна
turnout-all = все участки
turnout-protocols = Участков с протоколом
turnout-issued = Получили бюллетени, от списка
turnout-stations = Участков
turnout-note = Доли — по участкам, где известен список и есть данные на этот час; в разные часы это могут быть разные участки. Это не выборка и не оценка по стране.
curve-title = Явка по часам
curve-protocol = протокол

## Flags.

flags-title = Сигналы
flags-note = Сигнал — повод посмотреть, а не вывод: у каждого может быть невинная причина.
flags-none = Таких сигналов нет.
flag-protocol = в протоколе
flag-jump = поздний скачок
flag-jump-said = К { $from } названо { $with } проголосовавших, в протоколе выдано { $number }: разница { $difference } при пороге { $limit } (100 или десятая часть выданных).
flag-rise = резкий рост вечером
flag-rise-said = С { $from } до { $at }: { $with } → { $number }, это { $difference } человек при пороге { $limit } (вдвое быстрее самого быстрого темпа до этого).
flag-falls = убывающие данные
flag-falls-said = Названное на { $at } число { $number } меньше названного на { $from } ({ $with }) на { $difference }.
flag-above-list = больше списка
flag-above-list-said = { $at }: { $number }, а в списке { $with } избирателей: больше на { $difference }.
flag-below-told = меньше названного
flag-below-told-said = К { $from } названо { $with }, а в протоколе выдано { $number }: меньше на { $difference }.
flag-told-differs = названо по-разному
flag-told-differs-said = На { $at } названо по-разному: { $with } и { $number }, разница { $difference } при пороге { $limit }.
flag-own-differs = расходится с подсчётом
flag-own-differs-said = { $at }: { $number }, а подсчитано без перерыва { $with }: разница { $difference } при пороге { $limit }.
flag-throughput = невозможный темп
flag-throughput-said = С { $from } до { $at } проголосовали { $difference } ({ $with } → { $number }); самая большая по закону комиссия обслужит { $limit } (60 в час на члена).
flag-outside = Вне помещения
flag-outside-said = Из { $with } получивших бюллетени { $number } голосовали вне помещения: порог { $limit } (десятая часть).
flag-absentee = По открепительным
flag-absentee-said = Из { $with } получивших бюллетени { $number } голосовали по открепительным: порог { $limit } (двадцатая часть).
