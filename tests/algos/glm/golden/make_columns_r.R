# Makes expected_columns_r.txt with R (4.2 or later) and its package glmnet, an independent
# implementation:  Rscript make_columns_r.R   (in this folder, after make_r.R).
#
# What a GLM makes of its columns: bounds, pulls. Lines: case, name, figures.
suppressMessages(library(glmnet))
d <- cbind(read.csv("data.csv"), read.csv("more.csv"))
d$g <- factor(d$g)
n <- nrow(d)
out <- file("expected_columns_r.txt", "w")
put <- function(case, name, ...) {
  cat(case, name, sprintf("%.17g", c(...)), sep = " ", file = out)
  cat("\n", file = out)
}
glmnet.control(epsnr = 1e-15, mxitnr = 1000)

# Bounds on raw coefficients. On standardised columns, given back as raw ones.
dummies <- model.matrix(~ g - 1, d)
colnames(dummies) <- paste0("g.", levels(d$g))
bounded <- function(case, family, y, levels, alpha, lambda, low, high) {
  x <- cbind(dummies[, levels], x1 = scale(d$x1)[, 1], x2 = scale(d$x2)[, 1])
  scales <- c(rep(1, length(levels)), sd(d$x1), sd(d$x2))
  fit <- glmnet(x, y, family, alpha = alpha, lambda = lambda, standardize = FALSE, thresh = 1e-24,
                maxit = 1e8, lower.limits = low * scales, upper.limits = high * scales)
  b <- as.vector(coef(fit))
  raw <- b[-1] / scales
  centers <- c(rep(0, length(levels)), mean(d$x1), mean(d$x2))
  for (j in seq_along(raw)) put(case, colnames(x)[j], raw[j])
  put(case, "Intercept", b[1] - sum(raw * centers))
}
bounded("bounds_gaussian", gaussian(), d$gaussian, 2:4, 0, 0,
        c(-Inf, -0.2, -Inf, -Inf, -0.08), c(0.3, Inf, Inf, 0.03, Inf))
bounded("bounds_poisson_net", "poisson", d$poisson, 1:4, 0.5, 0.01,
        c(-0.1, -Inf, -Inf, -Inf, 0, -0.05), c(Inf, 0.1, Inf, Inf, 0.02, Inf))

# Pulls towards given values: rho / 2 (b - given)^2, by Newton's method on raw columns.
pulled <- function(case, family, y, standardize) {
  x <- cbind(1, dummies[, 2:4], x1 = d$x1, x2 = d$x2)
  if (standardize) x[, 5:6] <- scale(x[, 5:6])
  scales <- if (standardize) c(sd(d$x1), sd(d$x2)) else c(1, 1)
  rho <- c(0, 0.5, 0, 0.1, 0.2, 2)
  given <- c(0, 1, 0, -1, 0.1 * scales[1], 0.3 * scales[2])
  b <- rep(0, 6)
  b[1] <- family$linkfun(mean(y))
  for (round in 1:200) {
    mu <- family$linkinv(as.vector(x %*% b))
    gradient <- as.vector(t(x) %*% (y - mu)) / n - rho * (b - given)
    hessian <- t(x) %*% (x * family$variance(mu)) / n + diag(rho)
    b <- b + solve(hessian, gradient)
  }
  raw <- c(b[2:4], b[5:6] / scales)
  names <- c(colnames(dummies)[2:4], "x1", "x2")
  for (j in 1:5) put(case, names[j], raw[j])
  put(case, "Intercept", b[1] - if (standardize) sum(raw[4:5] * c(mean(d$x1), mean(d$x2))) else 0)
}
pulled("pulls_gaussian", gaussian(), d$gaussian, TRUE)
pulled("pulls_poisson_raw", poisson(), d$poisson, FALSE)

# Interactions, without a penalty. glm stops early: Newton's steps from there take it to the end.
d$three <- factor(d$three)
wire <- function(names) {
  names <- sub("^\\(Intercept\\)$", "Intercept", names)
  names <- sub("^g([a-d]):three([a-z]+)$", "g_three.\\1_\\2", names)
  names <- sub("^g([a-d]):x1$", "g_x1.\\1", names)
  names <- sub("^three([a-z]+):x2$", "x2_three.\\1", names)
  names <- sub("^x1:x2$", "x1_x2", names)
  names <- sub("^g([a-d])$", "g.\\1", names)
  sub("^three([a-z]+)$", "three.\\1", names)
}
interacting <- function(case, family, response) {
  formula <- as.formula(paste(response, "~ g + three + x1 + x2 + x1:x2 + g:x1 + x2:three + g:three"))
  x <- model.matrix(formula, d)
  y <- d[[response]]
  b <- coef(glm(formula, family, d))
  for (round in 1:30) {
    eta <- as.vector(x %*% b)
    mu <- family$linkinv(eta)
    w <- sqrt(family$mu.eta(eta)^2 / family$variance(mu))
    b <- qr.coef(qr(x * w), (eta + (y - mu) / family$mu.eta(eta)) * w)
  }
  names <- wire(colnames(x))
  for (j in seq_along(b)) put(case, names[j], b[j])
  put(case, "deviance", sum(family$dev.resids(y, mu, rep(1, n))))
}
interacting("interactions_gaussian", gaussian(), "gaussian")
interacting("interactions_poisson", poisson(), "poisson")
interacting("interactions_binomial", binomial(), "binomial")

# Linear constraints, sums of raw coefficients: every set of inequalities that may hold with equality
# is tried, each by Newton's method on the conditions of Lagrange; the best fit that meets all counts.
held <- function(family, x, y, a, limits) {
  b <- glm.fit(x, y, family = family)$coefficients
  k <- nrow(a)
  deviance_at <- function(b) {
    sum(family$dev.resids(y, family$linkinv(as.vector(x %*% b)), rep(1, length(y))))
  }
  for (round in 1:200) {
    eta <- as.vector(x %*% b)
    mu <- family$linkinv(eta)
    w <- family$mu.eta(eta)^2 / family$variance(mu)
    h <- t(x) %*% (x * w)
    right <- t(x) %*% (w * eta + (y - mu) * w / family$mu.eta(eta))
    kkt <- rbind(cbind(h, t(a)), cbind(a, matrix(0, k, k)))
    to <- solve(kkt, c(right, limits), tol = 1e-30)[seq_len(ncol(x))]
    # From where the constraints hold on, steps that gain nothing are halved.
    while (round > 1 && max(abs(to - b)) > 1e-12 && !(deviance_at(to) <= deviance_at(b))) {
      to <- (to + b) / 2
    }
    b <- to
  }
  list(b = b, deviance = deviance_at(b))
}
constrained <- function(case, family, y, a, limits, equalities) {
  x <- cbind(dummies[, 2:4], x1 = d$x1, x2 = d$x2, Intercept = 1)
  others <- setdiff(seq_len(nrow(a)), seq_len(equalities))
  best <- NULL
  for (set in 0:(2^length(others) - 1)) {
    chosen <- c(seq_len(equalities), others[bitwAnd(set, 2^(seq_along(others) - 1)) > 0])
    fit <- held(family, x, y, a[chosen, , drop = FALSE], limits[chosen])
    meets <- all(as.vector(a %*% fit$b)[others] <= limits[others] + 1e-10)
    if (meets && (is.null(best) || fit$deviance < best$deviance)) best <- fit
  }
  for (j in seq_len(ncol(x))) put(case, colnames(x)[j], best$b[j])
  put(case, "deviance", best$deviance)
}
rows <- rbind(c(1, 1, 0, 0, 0, 0),      # g.b + g.c = 0.5
              c(0, 0, 0, 10, 1, 0),     # 10 x1 + x2 <= 0.1
              c(1, 0, -1, 0, 0, 0),     # g.b - g.d <= 5, of no effect
              c(0, -1, -1, 1, 0, 0))    # x1 - g.c - g.d <= -0.4
limits <- c(0.5, 0.1, 5, -0.4)
constrained("constraints_gaussian", gaussian(), d$gaussian, rows, limits, 1)
constrained("constraints_binomial", binomial(), d$binomial, rows, limits, 1)
# With bounds: x2 >= -0.02 and g.d = 0.1.
more <- rbind(c(0, 0, 1, 0, 0, 0), rows, c(0, 0, 0, 0, -1, 0))
constrained("constraints_bounds", gaussian(), d$gaussian, more, c(0.1, limits, 0.02), 2)
close(out)
