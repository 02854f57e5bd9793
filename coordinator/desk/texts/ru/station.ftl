## A station's protocols, side by side.

station-failing = Не сходится
station-newer = более новые записи
station-older = более старые записи
record-ids = полные идентификаторы
record-evidence = запись и расписка, как подписаны
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

## When it was sealed, and the chains it is in.

record-sealed = опечатано по часам телефона { $at }
record-prev = Предыдущая запись
clock-latest = опечатано не позже { $at }: это следует из более поздней записи того же телефона
clock-ahead = часы телефона спешат не менее чем на { $minutes } мин
clock-jumped = после предыдущей записи часы телефона перевели
station-chains = Цепочки устройств, которые сообщают отсюда
chain-records = Записей
chain-head = Последняя
chain-missing = Недостаёт
chain-twice = Дважды под одним номером
