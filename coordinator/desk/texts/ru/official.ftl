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
official-back = Отозвать эти данные
