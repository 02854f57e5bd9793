## Официальные данные из файла.

import-title = Загрузить официальные данные
import-note = Файл CSV или книга Excel (.xlsx), строка на участок. Ничего не записывается, пока вы не увидите, что изменится.
import-taken = Записано участков:
import-no-file = Сначала выберите файл.
import-changes = Что изменится
import-write = Будет записано участков
import-new = Новые
import-same = Без изменений
import-gone = Есть, но нет в файле (остаются)
import-unknown = Нет в списке участков:
import-others = Числа, которые изменятся
import-before = Было
import-after = В файле
import-take = Записать
import-columns = Что в каких столбцах
import-station = Ключ участка в столбце
import-first = Первая строка
import-say = Запомнить и посмотреть снова
import-send = Отправить файл
import-stage = Чьи данные (tec, cec или короткое имя)
import-form = Форма протокола
import-file = Файл
import-look = Посмотреть
