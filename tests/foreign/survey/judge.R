# What R's package `survey` makes of the tables in a folder: lines of a name, a tab and a number with all its digits.
#
#     Rscript judge.R quick-count|exit-poll FOLDER

suppressPackageStartupMessages(library(survey))

# A stratum of which every station is there adds nothing, also where that is one; any other stratum with one station is a mistake here.
options(survey.lonely.psu = "fail")

said <- commandArgs(trailingOnly = TRUE)
folder <- said[2]

table_of <- function(name) {
  read.csv(file.path(folder, name), check.names = FALSE, fileEncoding = "UTF-8", colClasses = c(stratum = "character", station = "character",
    wave = "character", vote = "character", sex = "character", age = "character")[names(read.csv(file.path(folder, name), nrows = 1, check.names = FALSE))])
}

say <- function(..., value) cat(sprintf("%s\t%.17g\n", paste(..., sep = "\t"), value))

quick_count <- function() {
  all <- table_of("count.csv")
  known <- c("stratum", "stratum_stations", "sampled", "station", "registered", "reported", "arrived", "issued", "took_part", "invalid")
  options <- setdiff(names(all), known)

  # A ratio of two columns of these reports, with and without the end of the frame.
  ratio <- function(reports, y, x) {
    reports$.y <- y
    reports$.x <- x
    reports$.w <- reports$stratum_stations / ave(reports$took_part, reports$stratum, FUN = length)
    design <- svydesign(ids = ~station, strata = ~stratum, fpc = ~stratum_stations, data = reports)
    found <- svyratio(~.y, ~.x, design)
    lone <- any(table(reports$stratum) == 1)
    without <- if (lone) NA else as.numeric(SE(svyratio(~.y, ~.x, svydesign(ids = ~station, strata = ~stratum, weights = ~.w, data = reports))))
    list(estimate = as.numeric(coef(found)), se = as.numeric(SE(found)), without = without, df = degf(design), voters = sum(x))
  }

  say_all <- function(name, of) {
    say(name, "estimate", value = of$estimate)
    say(name, "se", value = of$se)
    if (of$df > 0) {
      margin <- qt(0.975, of$df) * of$se
      say(name, "moe95", value = margin)
      say(name, "moe99", value = qt(0.995, of$df) * of$se)
      say(name, "low", value = of$estimate - margin)
      say(name, "high", value = of$estimate + margin)
    }
    if (!is.na(of$without)) {
      say(name, "se_without_fpc", value = of$without)
      simple <- of$estimate * (1 - of$estimate) / of$voters
      if (simple > 0) say(name, "deff", value = of$without^2 / simple)
    }
  }

  r <- all[all$reported == 1, ]
  shares <- lapply(options, function(option) ratio(r, r[[option]], r$took_part))
  for (at in seq_along(options)) say_all(paste0("share_", options[at]), shares[[at]])
  say_all("turnout", ratio(r, r$took_part, r$registered))
  say_all("turnout_ballots_received", ratio(r, r$issued, r$registered))
  say_all("invalid_of_issued", ratio(r, r$invalid, r$issued))
  order <- order(-sapply(shares, function(share) share$estimate))
  if (length(order) > 1) say_all("lead", ratio(r, r[[options[order[1]]]] - r[[options[order[2]]]], r$took_part))
  say("df", value = shares[[1]]$df)

  strata <- unique(all[, c("stratum", "stratum_stations")])
  for (minute in seq(60, 600, by = 60)) {
    here <- r[r$arrived <= minute, ]
    counts <- table(factor(here$stratum, levels = strata$stratum))
    if (any(counts < pmin(2, strata$stratum_stations))) next
    for (option in options) {
      found <- ratio(here, here[[option]], here$took_part)
      say("convergence", option, minute, "estimate", value = found$estimate)
      say("convergence", option, minute, "se", value = found$se)
    }
  }

  # The missing stations with the lowest and the highest share of their stratum, in the place of those that have not reported.
  for (option in options) {
    for (end in c("low", "high")) {
      filled <- do.call(rbind, lapply(split(r, r$stratum), function(part) {
        shares <- (part[[option]] / part$took_part)[part$took_part > 0]
        missing <- part$sampled[1] - nrow(part)
        size <- mean(part$took_part)
        share <- if (end == "low") min(shares) else max(shares)
        weight <- part$stratum_stations[1] / part$sampled[1]
        data.frame(w = weight, y = c(part[[option]], rep(share * size, missing)), x = c(part$took_part, rep(size, missing)))
      }))
      say("bounds", option, end, value = sum(filled$w * filled$y) / sum(filled$w * filled$x))
    }
  }
}

exit_poll <- function() {
  stations <- table_of("stations.csv")
  cards <- table_of("cards.csv")
  contacts <- table_of("contacts.csv")
  turnout <- table_of("turnout.csv")
  younger <- function(age) ifelse(as.numeric(sub("[-+].*", "", age)) < 45, "18-44", "45+")
  prepared <- function(rows) {
    at <- match(rows$station, stations$station)
    rows$stratum <- stations$stratum[at]
    rows$d <- stations$interval[at] / stations$pi[at]
    rows$band <- younger(rows$age)
    rows
  }
  cards <- prepared(cards)
  silent <- prepared(contacts[contacts$disposition %in% c(2.1, 2.2, 2.3), ])
  cards$votes <- !is.na(cards$vote) & cards$vote != ""

  # Cells with fewer than five votes: the ages of a sex together, then the sexes of a stratum.
  cell <- function(rows) paste(rows$stratum, rows$sex, rows$band, sep = "|")
  group <- function(rows) {
    voted <- cards[cards$votes, ]
    all <- unique(rbind(cards[, c("stratum", "sex", "band")], silent[, c("stratum", "sex", "band")]))
    all$n <- sapply(cell(all), function(name) sum(cell(voted) == name))
    all$of_sex <- ave(all$n, all$stratum, all$sex, FUN = sum)
    all$together <- ave(all$n, all$stratum, all$sex, FUN = min) < 5
    all$whole <- ave(all$of_sex, all$stratum, FUN = min) < 5
    all$group <- ifelse(all$whole, all$stratum, ifelse(all$together, paste(all$stratum, all$sex, sep = "|"), cell(all)))
    all$group[match(cell(rows), cell(all))]
  }
  cards$group <- group(cards)
  silent$group <- group(silent)

  say_all <- function(stage, design) {
    design <- subset(design, votes)
    means <- svymean(~factor(vote), design, deff = "replace")
    with_end <- if (stage == "unweighted") NULL else deff(svymean(~factor(vote), design, deff = TRUE))
    options <- sub("^factor\\(vote\\)", "", names(coef(means)))
    for (at in seq_along(options)) {
      se <- as.numeric(SE(means))[at]
      say(stage, options[at], "estimate", value = as.numeric(coef(means))[at])
      say(stage, options[at], "se", value = se)
      say(stage, options[at], "moe95", value = qt(0.975, nrow(stations) - length(unique(stations$stratum))) * se)
      say(stage, options[at], "deff_replace", value = as.numeric(deff(means))[at])
      if (!is.null(with_end)) say(stage, options[at], "deff", value = as.numeric(with_end)[at])
    }
  }
  weighted <- function(w) {
    cards$w <- w
    svydesign(ids = ~station, strata = ~stratum, weights = ~w, data = cards)
  }

  say_all("unweighted", weighted(rep(1, nrow(cards))))
  say_all("base", weighted(cards$d))

  # Both adjustments are postStratify's: to the weights of all who are eligible in a cell, then to those who took part in a stratum.
  voted <- cards[cards$votes, ]
  totals <- aggregate(d ~ group, rbind(cards[, c("group", "d")], silent[, c("group", "d")]), sum)
  names(totals)[2] <- "Freq"
  totals <- totals[totals$group %in% voted$group, ]
  adjusted <- postStratify(svydesign(ids = ~station, strata = ~stratum, weights = ~d, data = voted), ~group, totals)
  w <- numeric(nrow(cards))
  w[cards$votes] <- weights(adjusted)
  say_all("nonresponse", weighted(w + !cards$votes))
  a <- tapply(weights(adjusted) / voted$d, cell(voted), mean)
  for (name in names(a)) say("a", name, value = a[[name]])
  names(turnout)[2] <- "Freq"
  voted$adjusted <- weights(adjusted)
  final <- postStratify(svydesign(ids = ~station, strata = ~stratum, weights = ~adjusted, data = voted), ~stratum, turnout)
  w[cards$votes] <- weights(final)
  say_all("final", weighted(w + !cards$votes))
  n <- nrow(voted)
  say("kish", "final", value = n * sum(weights(final)^2) / sum(weights(final))^2)
  post <- svymean(~factor(vote), final)
  options <- sub("^factor\\(vote\\)", "", names(coef(post)))
  for (at in seq_along(options)) say("final", options[at], "estimate", value = as.numeric(coef(post))[at])
}

if (said[1] == "quick-count") quick_count() else exit_poll()
