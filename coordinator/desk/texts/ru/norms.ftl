## Norms: whether the law was kept, article by article.

place-norms = Нормы
norms-title = Соблюдение норм закона
norms-note = Считаются участки. Норма нарушена на участке, если так говорит хоть кто-то; соблюдена, если это видели и никто не говорит обратного; неизвестно, если спрошенные не видели.
norms-none = Таких ответов ещё нет.
norms-article = Статья
norms-asked = Участков с ответом
norms-share = Итог
norm-kept = соблюдена
norm-broken = нарушена
norm-unknown = неизвестно
norm-both = есть и обратные ответы
norm-questions = О чём спрашивают
norm-incidents = Инциденты, нарушающие норму
norm-stations = Участки и записи
norm-records = Записи
