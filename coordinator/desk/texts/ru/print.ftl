## Records on paper.

print-act = Напечатать акт
print-record = Напечатать
print-times = Опечатано по часам телефона → принято
print-law = Нормы закона
print-note = Этот лист сделан из записи, подписанной наблюдателем, и ничего в ней не меняет.
print-answers = Записано
print-files = Приложения
print-signature = Подпись, имя, дата
