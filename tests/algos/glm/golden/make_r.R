# Makes more.csv and expected_r.txt with R (4.2 or later) and its packages MASS, nnet and glmnet, an
# independent implementation:  Rscript make_r.R   (in this folder, after make.py).
#
# more.csv has further responses for the rows of data.csv. expected_r.txt: case, name, figures; for a
# coefficient its value and, where there is one, its standard error.
suppressMessages({library(MASS); library(nnet); library(glmnet)})
options(digits = 17)
d <- read.csv("data.csv")
d$g <- factor(d$g)
n <- nrow(d)

make_responses <- function() {
  set.seed(21)
  eta <- 0.05 * (d$x1 - 50) - 0.1 * (d$x2 - 6) + c(0, 0.5, -0.4, 0.2)[d$g]
  counts <- rpois(n, exp(eta) / 0.6)
  more <- data.frame(tweedie = round(sapply(counts, function(k) sum(rgamma(k, 1.2, 1.5))), 4),
                     negbinomial = rnbinom(n, mu = exp(eta + 1), size = 2),
                     fraction = round(plogis(eta + rnorm(n, 0, 0.7)), 4))
  utilities <- cbind(0, 0.6 * eta, 0.3 - 0.8 * eta) - log(-log(matrix(runif(3 * n), n)))
  more$three <- c("ash", "beech", "cedar")[max.col(utilities)]
  more$grade <- as.character(cut(eta + rlogis(n), c(-Inf, -1, 0.4, 1.5, Inf),
                                 labels = c("1low", "2mid", "3high", "4top")))
  more
}
more <- make_responses()
write.csv(more, "more.csv", row.names = FALSE, quote = FALSE)
d <- cbind(d, more)
d$three <- factor(d$three)
d$grade <- factor(d$grade, ordered = TRUE)

out <- file("expected_r.txt", "w")
put <- function(case, name, ...) {
  cat(case, name, sprintf("%.17g", c(...)), sep = " ", file = out)
  cat("\n", file = out)
}
wire_names <- function(names) {
  names <- sub("^g([a-d])$", "g.\\1", names)
  sub("^\\(Intercept\\)$", "Intercept", names)
}
# glm stops when the deviance does, which is flat: its own iteration, some more times, takes the
# coefficients to the last digits.
settle <- function(fit) {
  x <- model.matrix(fit)
  y <- fit$y
  offset <- if (is.null(fit$offset)) 0 else fit$offset
  b <- coef(fit)
  for (round in 1:60) {
    eta <- as.vector(x %*% b) + offset
    mu <- fit$family$linkinv(eta)
    slope <- fit$family$mu.eta(eta)
    w <- sqrt(fit$prior.weights * slope^2 / fit$family$variance(mu))
    b <- qr.coef(qr(x * w), (eta - offset + (y - mu) / slope) * w)
  }
  fit$coefficients[] <- b
  fit
}
put_glm <- function(case, fit, dispersion = NULL) {
  fit <- settle(fit)
  table <- summary(fit, dispersion = dispersion)
  put(case, "deviance", fit$deviance)
  put(case, "null_deviance", fit$null.deviance)
  put(case, "dispersion", table$dispersion)
  for (i in seq_along(coef(fit))) {
    put(case, wire_names(names(coef(fit))[i]), table$coefficients[i, 1:4])
  }
}
exact <- glm.control(epsilon = 1e-15, maxit = 200)

# Families.
power_link <- function(q) {  # R's own takes the logarithm for q below 0 too
  list(name = "power", linkfun = function(mu) mu^q, linkinv = function(eta) eta^(1 / q),
       mu.eta = function(eta) eta^(1 / q - 1) / q, valideta = function(eta) all(eta > 0))
}
tweedie_family <- function(p, q) {
  base <- if (q == 0) make.link("log") else power_link(q)
  structure(list(family = "tweedie", link = base$name, linkfun = base$linkfun,
                 linkinv = base$linkinv, mu.eta = base$mu.eta, valideta = base$valideta,
                 variance = function(mu) mu^p,
                 dev.resids = function(y, mu, wt) {
                   first <- ifelse(y == 0, 0, y * (pmax(y, 1e-300)^(1 - p) - mu^(1 - p)) / (1 - p))
                   2 * wt * (first - (y^(2 - p) - mu^(2 - p)) / (2 - p))
                 },
                 aic = function(y, n, mu, wt, dev) NA, validmu = function(mu) all(mu > 0),
                 initialize = expression({
                   n <- rep.int(1, nobs)
                   mustart <- y + 0.1 * (y == 0)
                 })), class = "family")
}
f <- function(response) as.formula(paste(response, "~ g + x1 + x2"))
for (q in c(0, -0.5)) {
  case <- paste0("tweedie_1.5_", q)
  put_glm(case, glm(f("tweedie"), tweedie_family(1.5, q), d, control = exact))
}
put_glm("tweedie_1.7_0_weight", glm(f("tweedie"), tweedie_family(1.7, 0), d, weights = weight,
                                    control = exact))
put_glm("negativebinomial", glm(f("negbinomial"), negative.binomial(2), d, control = exact))
put_glm("negativebinomial_offset", glm(f("negbinomial"), negative.binomial(2), d, offset = offset,
                                       control = exact))
put_glm("fractionalbinomial", suppressWarnings(glm(f("fraction"), binomial, d, control = exact)),
        dispersion = 1)
put_glm("fraction_quasi", glm(f("fraction"), quasibinomial, d, control = exact))
put_glm("gaussian_log", glm(f("gamma"), gaussian("log"), d, control = exact))
put_glm("gaussian_inverse", glm(f("gamma"), gaussian("inverse"), d, control = exact))
put_glm("gamma_identity", glm(f("gamma"), Gamma("identity"), d, control = exact))
# Poisson with the identity link is not here: its means leave the range on these predictors.

# Likelihoods at the estimated dispersion, the most likely one of gamma rows, and inflation factors.
put_likelihood <- function(case, fit, value, parameters) {
  put(case, "loglikelihood", value)
  put(case, "AIC", 2 * parameters - 2 * value)
}
fit <- lm(f("gaussian"), d)
put_likelihood("likelihood_gaussian", fit,
               sum(dnorm(d$gaussian, fitted(fit), summary(fit)$sigma, log = TRUE)), 7)
fit <- glm(f("gamma"), Gamma("log"), d, control = exact)
phi <- summary(fit)$dispersion
put_likelihood("likelihood_gamma", fit, sum(dgamma(d$gamma, shape = 1 / phi,
                                                   scale = phi * fitted(fit), log = TRUE)), 7)
put("dispersion_ml", "gamma", gamma.dispersion(fit))
shape <- gamma.shape(fit, it.lim = 100, eps.max = 1e-14)$alpha
put("dispersion_ml", "exact", 1 / shape)
fit <- glm(f("negbinomial"), negative.binomial(2), d, control = exact)
put_likelihood("likelihood_negativebinomial", fit,
               sum(dnbinom(d$negbinomial, size = 2, mu = fitted(fit), log = TRUE)), 7)
fit <- glm(f("poisson"), poisson, d, control = exact)
put_likelihood("likelihood_poisson", fit, as.numeric(logLik(fit)), 6)
fit <- glm(f("binomial"), binomial, d, control = exact)
put_likelihood("likelihood_binomial", fit, as.numeric(logLik(fit)), 6)
put("inflation", "x1", 1 / (1 - summary(lm(x1 ~ g + x2, d))$r.squared))
put("inflation", "x2", 1 / (1 - summary(lm(x2 ~ g + x1, d))$r.squared))

# Elastic nets along a path: on standardised columns, all levels of g.
x <- cbind(model.matrix(~ g - 1, d), scale(d$x1), scale(d$x2))
colnames(x) <- c(paste0("g.", levels(d$g)), "x1", "x2")
put_path <- function(case, family, y, alpha) {
  lambdas <- c(0.1, 0.03, 0.01, 0.001)
  fit <- glmnet(x, y, family, alpha = alpha, lambda = lambdas, standardize = FALSE,
                thresh = 1e-22, maxit = 1e8)
  b <- as.matrix(coef(fit))
  for (i in seq_along(lambdas)) {
    for (name in rownames(b)) {
      put(case, paste0(wire_names(name), "@", lambdas[i]), b[name, i])
    }
  }
}
# As a family object: the other form scales the response, which changes the share of squares.
glmnet.control(epsnr = 1e-15, mxitnr = 1000)
put_path("path_gaussian", gaussian(), d$gaussian, 0.5)
put_path("path_binomial", "binomial", d$binomial, 0.5)
put_path("path_poisson", "poisson", d$poisson, 0.9)

# Classes. The optimisers of multinom and polr stop early; Newton steps from there take their
# coefficients to the last digits.
polish <- function(at, gradient) {
  for (round in 1:6) {
    hessian <- sapply(seq_along(at), function(j) {
      h <- 1e-5 * max(1, abs(at[j]))
      step <- replace(numeric(length(at)), j, h)
      (gradient(at + step) - gradient(at - step)) / (2 * h)
    })
    at <- at - solve(hessian, gradient(at))
  }
  at
}
z <- model.matrix(~ g + x1 + x2, d)
three <- multinom(f("three"), d, maxit = 2000, reltol = 1e-16, trace = FALSE)
probabilities <- function(b) {
  e <- exp(cbind(0, z %*% b))
  e / rowSums(e)
}
observed <- model.matrix(~ three - 1, d)
b <- polish(as.vector(t(coef(three))), function(at) {
  as.vector(t(z) %*% (observed - probabilities(matrix(at, ncol(z))))[, -1])
})
b <- matrix(b, ncol(z), dimnames = list(colnames(z), levels(d$three)[-1]))
put("multinomial", "deviance", -2 * sum(log(rowSums(observed * probabilities(b)))))
for (k in colnames(b)) {
  for (name in rownames(b)) put("multinomial", paste0(k, ":", wire_names(name)), b[name, k])
}
penalised <- glmnet(x, d$three, "multinomial", alpha = 0.5, lambda = c(0.05, 0.01), thresh = 1e-22,
                    maxit = 1e8, standardize = FALSE)
for (k in names(coef(penalised))) {
  b <- as.matrix(coef(penalised)[[k]])
  names <- c("Intercept", colnames(x))
  for (i in seq_along(names)) {
    put("multinomial_penalised", paste0(k, ":", names[i]), b[i, 2])
  }
}
grade <- polr(f("grade"), d, method = "logistic", control = list(reltol = 1e-16, maxit = 5000))
z <- z[, -1]
k <- as.integer(d$grade)
cumulative <- function(at) {
  thresholds <- c(-Inf, at[-seq_len(ncol(z))], Inf)
  eta <- as.vector(z %*% at[seq_len(ncol(z))])
  list(upper = plogis(thresholds[k + 1] + eta), lower = plogis(thresholds[k] + eta))
}
at <- polish(c(-coef(grade), grade$zeta), function(at) {
  p <- cumulative(at)
  upper <- p$upper * (1 - p$upper) / (p$upper - p$lower)
  lower <- p$lower * (1 - p$lower) / (p$upper - p$lower)
  c(t(z) %*% (upper - lower),
    sapply(seq_along(grade$zeta), function(j) sum(upper[k == j]) - sum(lower[k == j + 1])))
})
p <- cumulative(at)
put("ordinal", "deviance", -2 * sum(log(p$upper - p$lower)))
for (j in seq_len(ncol(z))) put("ordinal", wire_names(colnames(z)[j]), at[j])
for (j in seq_along(grade$zeta)) put("ordinal", paste0("threshold", j), at[ncol(z) + j])
close(out)
