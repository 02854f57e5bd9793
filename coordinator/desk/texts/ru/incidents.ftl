## Incidents of all stations.

incidents-none = Таких инцидентов нет.
incidents-words = Участок, инцидент или текст
incidents-code = Код
incidents-by-gravity = сначала тяжкие
incidents-gravity = Тяжесть
incidents-status = Состояние
incidents-what = Инцидент
incidents-received = Получено
incidents-times = Время по { $zone }: когда сообщение принято.
incident-unnamed = Инцидент без кода
gravity-critical = критический
gravity-serious = серьёзный
gravity-procedural = процедурный
incident-sources = источников: { $count }
incident-files = файлов: { $count }

## One incident.

incident-norms = Нарушенные нормы
incident-history = История
incident-counts-not = не учитывается
incident-step = Как обстоит теперь?
incident-note = Почему, на основании чего
incident-send = Записать
incident-alike = Такие же сообщения с этого участка
incident-faster = Тем временем кто-то уже записал шаг. Прочитайте ниже и, если нужно, повторите.
incident-why = Напишите почему. Без слов подтверждают только при двух источниках или файлах.
incident-withdrawn = Автор отозвал сообщение.
who-nobody = без учётной записи
