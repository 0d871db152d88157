#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

constexpr double kMostDamping = 1e8;

template <class Lane>
double* flat(std::vector<Lane>& lanes, std::size_t first = 0) {
  return lanes.data()->data() + first * lanes.data()->size();
}

template <class Lane>
std::span<double> part(std::vector<Lane>& lanes, std::size_t first, std::size_t count) {
  return {flat(lanes, first), count * lanes.data()->size()};
}

/// A number for each lane, in registers: what a loop adds up would be written to memory otherwise.
struct Registers {
  __m256d a, b, c, d;

  template <class Lane>
  static Registers of(const Lane& lane) {
    static_assert(std::tuple_size_v<Lane> == 16);
    const double* at = lane.data();
    return {_mm256_loadu_pd(at), _mm256_loadu_pd(at + 4), _mm256_loadu_pd(at + 8),
            _mm256_loadu_pd(at + 12)};
  }
  static Registers all(double value) {
    const __m256d same = _mm256_set1_pd(value);
    return {same, same, same, same};
  }
  /// += left · right, rounded once
  void add_product(const Registers& left, const Registers& right) {
    a = _mm256_fmadd_pd(left.a, right.a, a);
    b = _mm256_fmadd_pd(left.b, right.b, b);
    c = _mm256_fmadd_pd(left.c, right.c, c);
    d = _mm256_fmadd_pd(left.d, right.d, d);
  }
  void subtract_product(const Registers& left, const Registers& right) {
    a = _mm256_fnmadd_pd(left.a, right.a, a);
    b = _mm256_fnmadd_pd(left.b, right.b, b);
    c = _mm256_fnmadd_pd(left.c, right.c, c);
    d = _mm256_fnmadd_pd(left.d, right.d, d);
  }
  void add(const Registers& other) {
    a = _mm256_add_pd(a, other.a);
    b = _mm256_add_pd(b, other.b);
    c = _mm256_add_pd(c, other.c);
    d = _mm256_add_pd(d, other.d);
  }
  template <class Lane>
  void store(Lane& lane) const {
    double* at = lane.data();
    _mm256_storeu_pd(at, a);
    _mm256_storeu_pd(at + 4, b);
    _mm256_storeu_pd(at + 8, c);
    _mm256_storeu_pd(at + 12, d);
  }
};

/// 1/√v, or 0 where v is of rounding only beside `whole`.
__m256d inverse_root(__m256d v, __m256d whole) {
  constexpr double kDependent = 1e-13;
  const __m256d inverse = _mm256_set1_pd(1) / _mm256_sqrt_pd(v);
  return v > _mm256_set1_pd(kDependent) * whole ? inverse : _mm256_setzero_pd();
}

template <class Lane>
void take_where(const Lane& mask, const Lane& from, Lane& to) {
  for (std::size_t l = 0; l < to.size(); ++l) to[l] = mask[l] != 0 ? from[l] : to[l];
}

/// The sum over cells of coefficients times what each lane has there.
template <class Lane>
Registers sum_of(const double* coefficients, const std::vector<Lane>& cells) {
  Registers sum = Registers::all(0);
  for (std::size_t j = 0; j < cells.size(); ++j)
    sum.add_product(Registers::all(coefficients[j]), Registers::of(cells[j]));
  return sum;
}

/// to[p] = Σ over cells of coefficients[p · cells + j] · cells[j].
template <class Lane>
void sum_cells(const std::vector<double>& coefficients, const std::vector<Lane>& cells,
               std::vector<Lane>& to) {
  const std::size_t count = cells.size();
  std::size_t p = 0;
  // Two at a time, so that what is loaded is used twice.
  for (; p + 2 <= to.size(); p += 2) {
    const double* first = coefficients.data() + p * count;
    const double* second = first + count;
    Registers sum = Registers::all(0);
    Registers other = Registers::all(0);
    for (std::size_t j = 0; j < count; ++j) {
      const Registers cell = Registers::of(cells[j]);
      sum.add_product(Registers::all(first[j]), cell);
      other.add_product(Registers::all(second[j]), cell);
    }
    sum.store(to[p]);
    other.store(to[p + 1]);
  }
  if (p < to.size()) sum_of(coefficients.data() + p * count, cells).store(to[p]);
}

}  // namespace

RowFit::RowFit(const Factors& factors)
    : factors_(factors),
      k_(factors.k),
      cells_(factors.space.cells()),
      quadratic_(factors.space.is_quadratic()),
      program_(factors.k),
      row_x_(k_),
      row_product_(cells_),
      row_weights_(cells_),
      row_slopes_(cells_),
      row_h_(k_ * k_),
      row_b_(k_) {
  for (const Feature& feature : factors.space.features) {
    const auto width = static_cast<std::size_t>(feature.width);
    losses_.insert(losses_.end(), width, feature.loss);
    has_poisson_ |= feature.loss.loss == Loss::poisson;
    if (runs_.empty() || runs_.back().loss != feature.loss)
      runs_.push_back({.loss = feature.loss, .first = static_cast<std::size_t>(feature.first)});
    runs_.back().count += width;
  }
  const std::size_t pairs = pair_count(k_);
  squares_.resize(pairs * cells_);
  columns_.resize(k_ * cells_);
  for (std::size_t j = 0; j < cells_; ++j) {
    const double* y = factors.y.data() + j * k_;
    for (std::size_t c = 0; c < k_; ++c) {
      columns_[c * cells_ + j] = y[c];
      for (std::size_t r = c; r < k_; ++r) squares_[pair_of(k_, r, c) * cells_ + j] = y[c] * y[r];
    }
  }
  for (Lanes* of_cells : {&cells_of_row_, &values_, &here_.product, &here_.weights, &here_.slopes,
                          &there_.product, &there_.weights, &there_.slopes})
    of_cells->resize(cells_);
  for (Lanes* of_pairs : {&h_, &root_}) of_pairs->resize(pairs);
  for (Lanes* of_x : {&b_, &x_, &next_}) of_x->resize(k_);
  if (!quadratic_) return;
  for (Lane& weight : here_.weights) weight.fill(2);
  sum_cells(squares_, here_.weights, h_);
  whole_ = h_;
}

void RowFit::fit(std::span<const double> targets, std::size_t rows, const Use& use) {
  targets_ = targets;
  rows_ = rows;
  next_row_ = 0;
  std::size_t busy = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) busy += take(lane) ? 1 : 0;
  while (busy > 0) {
    step();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (row_[lane] == rows_ || !done_[lane]) continue;
      finish(lane, use);
      if (!take(lane)) --busy;
    }
  }
}

/// The next row begins in this lane; false where there is none.
bool RowFit::take(std::size_t lane) {
  const bool there = next_row_ < rows_;
  row_[lane] = next_row_;
  steps_[lane] = 0;
  done_[lane] = false;
  gaps_[lane] = 0;
  damping_[lane] = 0;
  constant_[lane] = 0;
  for (Lane& x : x_) x[lane] = 0;
  if (there) place(lane, targets_.subspan(next_row_++ * cells_, cells_));
  return there;
}

/// Targets and first parabolas.
void RowFit::place(std::size_t lane, std::span<const double> targets) {
  for (std::size_t j = 0; j < cells_; ++j) {
    const double target = targets[j];
    const bool missing = std::isnan(target);
    const Parabola first = missing ? Parabola{} : first_parabola(losses_[j], target);
    cells_of_row_[j][lane] = target;
    here_.weights[j][lane] = first.weight;
    here_.slopes[j][lane] = first.slope;
    gaps_[lane] += missing ? 1 : 0;
    if (has_poisson_ && !missing) constant_[lane] += losses_[j].constant(target);
  }
}

/// Majorise and minimise (Hunter and Lange 2004). Poisson's parabolas may fall below the loss: then
/// the step is held back (Levenberg 1944, Marquardt 1963).
void RowFit::step() {
  add_parabolas();
  if (has_poisson_) damp();
  minimize();
  measure(next_, there_);
  for (std::size_t lane = 0; lane < kLanes; ++lane) judge(lane);
  accept();
}

void RowFit::add_parabolas() {
  const bool whole = quadratic_ && std::ranges::all_of(gaps_, [](std::size_t n) { return n == 0; });
  if (whole) {
    h_ = whole_;
  } else {
    sum_cells(squares_, here_.weights, h_);
  }
  sum_cells(columns_, here_.slopes, b_);
}

void RowFit::damp() {
  for (std::size_t c = 0; c < k_; ++c) {
    Lane& curve = h_[pair_of(k_, c, c)];
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double added = damping_[l] * curve[l];
      curve[l] += added;
      b_[c][l] += added * x_[c][l];
    }
  }
}

void RowFit::minimize() {
  if (factors_.on_x.is_linear()) {
    factor();
    return solve();
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (row_[lane] == rows_) continue;
    for (std::size_t c = 0; c < k_; ++c) {
      row_b_[c] = b_[c][lane];
      for (std::size_t r = c; r < k_; ++r) row_h_[c * k_ + r] = h_[pair_of(k_, r, c)][lane];
    }
    program_.minimize(row_h_, row_b_, factors_.on_x, row_x_);
    for (std::size_t c = 0; c < k_; ++c) next_[c][lane] = row_x_[c];
  }
}

/// Cholesky's factor by columns, with the inverses of its diagonal; a direction of which nothing is
/// left is given 0.
void RowFit::factor() {
  const Penalty& penalty = factors_.on_x;
  const double added = penalty.kind() == Regularizer::none ? 0 : 2 * penalty.gamma;
  for (std::size_t c = 0; c < k_; ++c) {
    Lane inverse{};
    for (std::size_t r = c; r < k_; ++r) {
      Lane whole = h_[pair_of(k_, r, c)];
      if (r == c) {
        for (double& each : whole) each += added;
      }
      Registers left = Registers::of(whole);
      for (std::size_t e = 0; e < c; ++e)
        left.subtract_product(Registers::of(root_[pair_of(k_, r, e)]),
                              Registers::of(root_[pair_of(k_, c, e)]));
      Lane& out = root_[pair_of(k_, r, c)];
      if (r == c) {
        const Registers all = Registers::of(whole);
        const Registers root = {inverse_root(left.a, all.a), inverse_root(left.b, all.b),
                                inverse_root(left.c, all.c), inverse_root(left.d, all.d)};
        root.store(out);
        inverse = out;
      } else {
        left.store(out);
        for (std::size_t l = 0; l < kLanes; ++l) out[l] *= inverse[l];
      }
    }
  }
}

void RowFit::solve() {
  for (std::size_t i = 0; i < k_; ++i) {
    Registers left = Registers::of(b_[i]);
    for (std::size_t j = 0; j < i; ++j)
      left.subtract_product(Registers::of(root_[pair_of(k_, i, j)]), Registers::of(next_[j]));
    left.store(next_[i]);
    const Lane& inverse = root_[pair_of(k_, i, i)];
    for (std::size_t l = 0; l < kLanes; ++l) next_[i][l] *= inverse[l];
  }
  for (std::size_t i = k_; i-- > 0;) {
    Registers left = Registers::of(next_[i]);
    for (std::size_t j = i + 1; j < k_; ++j)
      left.subtract_product(Registers::of(root_[pair_of(k_, j, i)]), Registers::of(next_[j]));
    left.store(next_[i]);
    const Lane& inverse = root_[pair_of(k_, i, i)];
    for (std::size_t l = 0; l < kLanes; ++l) next_[i][l] *= inverse[l];
  }
}

/// The product at x, what it loses, and the parabolas there.
void RowFit::measure(const Lanes& x, Point& at) {
  for (std::size_t j = 0; j < cells_; ++j)
    sum_of(factors_.y.data() + j * k_, x).store(at.product[j]);
  for (const Run& run : runs_)
    evaluate(run.loss, {.u = part(at.product, run.first, run.count),
                        .a = part(cells_of_row_, run.first, run.count),
                        .value = part(values_, run.first, run.count),
                        .weight = part(at.weights, run.first, run.count),
                        .slope = part(at.slopes, run.first, run.count)});
  Registers loss = Registers::of(constant_);
  for (const Lane& of_cell : values_) loss.add(Registers::of(of_cell));
  loss.store(at.loss);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (factors_.on_x.kind() == Regularizer::none) continue;
    for (std::size_t c = 0; c < k_; ++c) row_x_[c] = x[c][lane];
    at.penalty[lane] = factors_.on_x.value(row_x_);
  }
}

/// Whether the step of a lane is taken, and whether its row is done.
void RowFit::judge(std::size_t lane) {
  constexpr int kMostSteps = 60;
  constexpr double kSettled = 1e-9;
  accepted_[lane] = true;
  if (row_[lane] == rows_) return;
  const double before = here_.loss[lane] + here_.penalty[lane];
  const double now = there_.loss[lane] + there_.penalty[lane];
  const bool first = steps_[lane]++ == 0;
  accepted_[lane] = first || now < before;
  const double damping = damping_[lane];
  if (accepted_[lane]) {
    const bool settled = !first && before - now <= kSettled * std::fabs(before);
    done_[lane] = settled || quadratic_ || steps_[lane] > kMostSteps;
    damping_[lane] = damping > 1e-4 ? damping / 8 : 0;
  } else {
    done_[lane] = !has_poisson_ || damping > kMostDamping || steps_[lane] > kMostSteps;
    damping_[lane] = damping > 0 ? 8 * damping : 1e-2;
  }
}

void RowFit::accept() {
  if (std::ranges::all_of(accepted_, [](bool accepted) { return accepted; })) {
    std::swap(here_, there_);
    std::swap(x_, next_);
    return;
  }
  Lane mask{};
  for (std::size_t l = 0; l < kLanes; ++l) mask[l] = accepted_[l] ? 1 : 0;
  take_where(mask, there_.loss, here_.loss);
  take_where(mask, there_.penalty, here_.penalty);
  for (std::size_t c = 0; c < k_; ++c) take_where(mask, next_[c], x_[c]);
  for (std::size_t j = 0; j < cells_; ++j) {
    take_where(mask, there_.product[j], here_.product[j]);
    take_where(mask, there_.weights[j], here_.weights[j]);
    take_where(mask, there_.slopes[j], here_.slopes[j]);
  }
}

void RowFit::finish(std::size_t lane, const Use& use) {
  for (std::size_t c = 0; c < k_; ++c) row_x_[c] = x_[c][lane];
  for (std::size_t j = 0; j < cells_; ++j) {
    row_product_[j] = here_.product[j][lane];
    row_weights_[j] = here_.weights[j][lane];
    row_slopes_[j] = here_.slopes[j][lane];
  }
  use(row_[lane], {.x = row_x_,
                   .product = row_product_,
                   .weights = row_weights_,
                   .slopes = row_slopes_,
                   .loss = here_.loss[lane],
                   .penalty = here_.penalty[lane]});
}

}  // namespace neve::algos::glrm
