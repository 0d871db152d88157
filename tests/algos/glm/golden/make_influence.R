# Makes expected_influence.txt with R (4.2 or later):  Rscript make_influence.R   (in this folder).
#
# DFBETAS of every 17th row. Lines: case, coefficient, a figure a row.
d <- read.csv("data.csv")
d$g <- factor(d$g)
out <- file("expected_influence.txt", "w")
rows <- seq(1, nrow(d), 17)
put <- function(case, table) {
  names <- sub("^\\(Intercept\\)$", "Intercept", sub("^g([a-d])$", "g.\\1", colnames(table)))
  for (j in seq_along(names)) {
    cat(case, names[j], sprintf("%.17g", table[rows, j]), sep = " ", file = out)
    cat("\n", file = out)
  }
}
f <- function(response) as.formula(paste(response, "~ g + x1 + x2"))
put("gaussian", dfbetas(lm(f("gaussian"), d)))
# Rows of weight 0 are left out by R.
weighted <- lm(f("gaussian"), d, weights = weight)
table <- matrix(0, nrow(d), 6, dimnames = list(NULL, names(coef(weighted))))
table[d$weight > 0, ] <- dfbetas(weighted)
put("gaussian_weight", table)
# One step of Newton's method without the row, in standard errors. R's own dfbetas has deviance
# residuals in place of those of the response, and estimates a dispersion.
fit <- glm(f("binomial"), binomial, d, control = glm.control(epsilon = 1e-15, maxit = 100))
step <- (model.matrix(fit) * ((fit$y - fitted(fit)) / (1 - hatvalues(fit)))) %*% vcov(fit)
put("binomial", sweep(step, 2, sqrt(diag(vcov(fit))), "/"))
close(out)
