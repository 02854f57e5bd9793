## Contests added up over stations.

totals-title = Итоги
totals-note = Суммы протоколов, о которых сообщили наблюдатели. Участки, где оказался наблюдатель, выбраны не случайно: эти суммы не прогноз результата. Для прогноза нужна случайная выборка:
totals-embargo = До { $until } закон запрещает публиковать прогнозы и исследования, связанные с выборами (п. 9 ст. 28). Эта страница — для работы внутри штаба.
totals-contest = Выборы
totals-country = вся страна
totals-counted = Учтено участков
totals-attended = Из участков с наблюдателем
totals-voters = Охвачено избирателей по спискам
totals-left = Не вошло и почему
totals-left-none = нет протокола
totals-left-disputed = спорные, не учтены
totals-left-failing = не сходится
totals-released = из них допущены к счёту
totals-sum = Сумма
totals-share = От принявших участие
totals-holding = Без несходящихся
totals-beside = Протоколы тех же участков
totals-official = Официально, те же участки
totals-both = Участков с обоими
totals-how = Доли — от принявших участие: по закону без недействительных и с голосами против всех. Участок учитывается один раз, когда его копии совпадают. Число ведёт к участкам и записям.
totals-statuses = Протоколы по состоянию
totals-nothing = Протоколов пока нет.
totals-sources = Из чего сложена сумма
totals-back = назад к итогам
totals-largest = сначала наибольшие
totals-copies = Записи
