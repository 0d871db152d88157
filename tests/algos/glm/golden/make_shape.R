# Makes expected_shape.txt with R (4.2 or later) and its packages MASS and statmod, an independent
# implementation:  Rscript make_shape.R   (in this folder, after make_r.R).
#
# Tweedie densities, and the likeliest theta, dispersion and variance power. Lines: case, name,
# figures; for a coefficient its value and its standard error.
suppressMessages({library(MASS); library(statmod)})
d <- cbind(read.csv("data.csv"), read.csv("more.csv"))
d$g <- factor(d$g)
out <- file("expected_shape.txt", "w")
put <- function(case, name, ...) {
  cat(case, name, sprintf("%.17g", c(...)), sep = " ", file = out)
  cat("\n", file = out)
}

# The density of a compound Poisson variable: a sum over its counts.
by_counts <- function(y, mu, phi, p) {
  rate <- mu^(2 - p) / (phi * (2 - p))
  if (y == 0) return(-rate)
  j <- seq(max(1, floor(qpois(1e-300, rate))), qpois(1e-300, rate, lower.tail = FALSE) + 100)
  most <- y^(2 - p) / (phi * (2 - p))
  j <- unique(c(j, max(1, floor(most - 60 * sqrt(most) - 60)):ceiling(most + 60 * sqrt(most) + 60)))
  terms <- dpois(j, rate, log = TRUE) +
    dgamma(y, shape = j * (2 - p) / (p - 1), scale = phi * (p - 1) * mu^(p - 1), log = TRUE)
  max(terms) + log(sum(exp(terms - max(terms))))
}
# The inverse Laplace transform by Talbot's contour (Abate and Valko 2004); above power 2.
by_contour <- function(y, mu, phi, p, n = 40) {
  kappa <- function(theta) ((1 - p) * theta)^((2 - p) / (1 - p)) / (2 - p)
  theta <- mu^(1 - p) / (1 - p)
  r <- 2 * n / (5 * y)
  angle <- seq_len(n - 1) * pi / n
  cot <- 1 / tan(angle)
  s <- r * angle * (cot + 1i)
  turn <- angle + (angle * cot - 1) * cot
  lead <- 0.5 * exp(r * y + (kappa(theta - phi * r) - kappa(theta)) / phi)
  body <- exp(s * y + (kappa(theta - phi * s) - kappa(theta)) / phi) * (1 + 1i * turn)
  log(r / n * (lead + sum(Re(body))))
}
case <- 0
put_density <- function(p, y, mu, phi, value) {
  case <<- case + 1
  put("density", case, p, y, mu, phi, value)
}
for (p in c(1.01, 1.1, 1.5, 1.9, 1.99)) {
  for (row in list(c(0, 2, 1), c(1, 1, 1), c(0.1, 2, 0.5), c(30, 5, 2), c(3, 3.1, 0.01),
                   c(200, 180, 0.05))) {
    put_density(p, row[1], row[2], row[3], by_counts(row[1], row[2], row[3], p))
  }
}
for (row in list(c(1, 1, 1), c(0.1, 2, 0.5), c(30, 5, 2), c(3, 3.1, 0.01), c(200, 1, 1e4),
                 c(1, 1.1, 1e-5))) {
  put_density(3, row[1], row[2], row[3],
              dinvgauss(row[1], mean = row[2], dispersion = row[3], log = TRUE))
}
for (p in c(2.01, 2.2, 2.5, 4)) {
  for (row in list(c(1, 1, 1), c(2, 1.5, 0.5), c(4, 3, 2), c(0.8, 2, 1))) {
    put_density(p, row[1], row[2], row[3], by_contour(row[1], row[2], row[3], p))
  }
}

wire_names <- function(names) {
  sub("^\\(Intercept\\)$", "Intercept", sub("^g([a-d])$", "g.\\1", names))
}
put_coefficients <- function(case, table) {
  for (i in seq_len(nrow(table))) put(case, wire_names(rownames(table)[i]), table[i, 1:2])
}

# MASS alternates between theta and the coefficients, and stops early: from there on the equations
# of both are solved to the last digits.
nb <- function(case, weights) {
  d$w <- weights
  fit <- glm.nb(negbinomial ~ g + x1 + x2, d, weights = w, control = glm.control(1e-14, 100))
  for (round in 1:30) {
    size <- theta.ml(d$negbinomial, fitted(fit), sum(weights), weights, limit = 100, eps = 1e-13)
    fit <- glm(negbinomial ~ g + x1 + x2, negative.binomial(as.numeric(size)), d, weights = w,
               start = coef(fit), control = glm.control(1e-15, 100))
  }
  size <- as.numeric(size)
  put(case, "theta", 1 / size)
  put(case, "loglikelihood",
      sum(weights * dnbinom(d$negbinomial, size = size, mu = fitted(fit), log = TRUE)))
  put_coefficients(case, summary(fit, dispersion = 1)$coefficients)
}
nb("negativebinomial", rep(1, nrow(d)))
nb("negativebinomial_weight", d$weight)

# Dispersion and power of tweedie rows with a logarithmic link.
profile <- function(response, p, density, weights) {
  d$w <- weights
  d$y <- d[[response]]
  fit <- glm(y ~ g + x1 + x2, tweedie(p, 0), d, weights = w, control = glm.control(1e-15, 200))
  used <- weights > 0
  value <- function(log_phi) {
    sum(mapply(density, d$y[used], fitted(fit)[used], exp(log_phi) / weights[used], p))
  }
  best <- optimize(value, c(-6, 4), maximum = TRUE, tol = 1e-10)
  list(fit = fit, phi = exp(best$maximum), value = best$objective)
}
put_profile <- function(case, response, p, density, weights = rep(1, nrow(d))) {
  at <- profile(response, p, density, weights)
  put(case, "dispersion", at$phi)
  put(case, "loglikelihood", at$value)
  put_coefficients(case, summary(at$fit, dispersion = at$phi)$coefficients)
}
put_profile("tweedie_1.5", "tweedie", 1.5, by_counts)
put_profile("tweedie_1.3_weight", "tweedie", 1.3, by_counts, d$weight)
inverse_gauss <- function(y, mu, phi, p) dinvgauss(y, mean = mu, dispersion = phi, log = TRUE)
put_profile("tweedie_3", "gamma", 3, inverse_gauss)

both <- optimize(function(p) profile("tweedie", p, by_counts, rep(1, nrow(d)))$value, c(1.05, 1.9),
                 maximum = TRUE, tol = 1e-9)
put("tweedie_power", "power", both$maximum)
put_profile("tweedie_power", "tweedie", both$maximum, by_counts)
close(out)
