#include "algos/stackedensemble/inheritance.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "algos/stackedensemble/members.hpp"

namespace neve::algos::stackedensemble {
namespace {

constexpr std::string_view kAuto = "AUTO";

/// A model's parameters as text.
class Told {
 public:
  Told(const model::Models& models, const model::Model& model)
      : schema_(*models.algorithm_of(model).parameters),
        parameters_(parameters_of(models, model)) {}
  /// Empty where the algorithm has no such parameter.
  [[nodiscard]] std::string of(std::string_view name) const {
    const schema::Field* field = schema_.find(name);
    if (field == nullptr) return {};
    schema::JsonWriter out;
    field->ops->write(field->get(parameters_.get()), out);
    std::string text = out.take();
    std::erase(text, '"');
    return text;
  }
  [[nodiscard]] bool has(std::string_view name) const { return schema_.find(name) != nullptr; }

 private:
  const schema::Schema& schema_;
  std::shared_ptr<void> parameters_;
};

/// A distribution by the names of GBM, and what shapes it.
struct Distribution {
  std::string name;
  std::string power;  ///< of tweedie; empty for others, and where only a GLM knows it
  std::string alpha;  ///< of huber or quantile
};

std::string automatic(model::Category category) {
  if (category == model::Category::binomial) return "bernoulli";
  return category == model::Category::multinomial ? "multinomial" : "gaussian";
}

/// Nothing where the algorithm knows of none.
std::optional<Distribution> distribution_of(const Told& told, const model::Model& model) {
  Distribution made;
  if (told.has("family")) {
    made.name = told.of("family");
    if (made.name == "binomial") made.name = "bernoulli";
  } else if (told.has("distribution") && model.header.algorithm != "drf") {
    made.name = told.of("distribution");
    if (made.name == "tweedie") made.power = told.of("tweedie_power");
    if (made.name == "huber") made.alpha = told.of("huber_alpha");
    if (made.name == "quantile") made.alpha = told.of("quantile_alpha");
  } else {
    return std::nullopt;
  }
  if (made.name == kAuto) made.name = automatic(model.header.category);
  return made;
}

/// Whether both say the same, of which one may know less.
bool agree(const Distribution& a, const Distribution& b) {
  const auto same = [](const std::string& left, const std::string& right) {
    return left.empty() || right.empty() || left == right;
  };
  return a.name == b.name && same(a.power, b.power) && same(a.alpha, b.alpha);
}

/// The parameters of a GLM that shape it.
using GlmShape = std::array<std::string, 3>;
constexpr std::array<const char*, 3> kGlmShape = {"link", "tweedie_variance_power",
                                                  "tweedie_link_power"};

struct Agreed {
  Distribution distribution;
  std::optional<GlmShape> glm;  ///< of the GLMs, if there are any
};

/// What all base models have in common, or nothing.
std::optional<Agreed> agreed(const model::Models& models,
                             const std::vector<model::ModelPtr>& bases) {
  std::optional<Agreed> all;
  for (const model::ModelPtr& base : bases) {
    const Told told(models, *base);
    const auto own = distribution_of(told, *base);
    if (!own) return std::nullopt;
    if (!all) all = Agreed{*own, std::nullopt};
    if (!agree(all->distribution, *own)) return std::nullopt;
    if (all->distribution.power.empty()) all->distribution.power = own->power;
    if (!told.has("family")) continue;
    GlmShape shape;
    for (std::size_t i = 0; i < shape.size(); ++i) shape[i] = told.of(kGlmShape[i]);
    if (all->glm && *all->glm != shape) return std::nullopt;
    all->glm = shape;
  }
  return all;
}

bool can_be(const model::Algorithm& algorithm, const char* parameter, const std::string& value) {
  const schema::Field* field = algorithm.parameters->find(parameter);
  return field != nullptr && std::ranges::find(field->values, value) != field->values.end();
}

schema::Form glm_form(const model::Algorithm& glm, const Agreed& all, model::Category category) {
  const std::string& name = all.distribution.name;
  const std::string family = name == "bernoulli" ? "binomial" : name;
  if (!can_be(glm, "family", family)) return {};
  const std::string link = all.glm ? (*all.glm)[0] : "family_default";
  const bool is_default = name == automatic(category);
  if (is_default &&
      (category != model::Category::regression || link == "family_default" || link == "identity"))
    return {};
  schema::Form form = {{"family", family}};
  if (link != "family_default") form.emplace_back("link", link);
  if (family != "tweedie") return form;
  if (all.glm) {
    for (const std::size_t i : {1U, 2U}) form.emplace_back(kGlmShape[i], (*all.glm)[i]);
  } else {
    form.emplace_back("tweedie_variance_power", all.distribution.power);
  }
  return form;
}

schema::Form distribution_form(const model::Algorithm& algorithm, const Distribution& all,
                               model::Category category) {
  if (all.name == automatic(category) || !can_be(algorithm, "distribution", all.name)) return {};
  schema::Form form = {{"distribution", all.name}};
  if (!all.power.empty()) form.emplace_back("tweedie_power", all.power);
  if (!all.alpha.empty()) form.emplace_back(all.name + "_alpha", all.alpha);
  return form;
}

}  // namespace

Inherited inherited_by(const model::Algorithm& metalearner, const model::Models& models,
                       const std::vector<model::ModelPtr>& bases) {
  const bool is_glm = metalearner.parameters->find("family") != nullptr;
  Inherited made{{}, is_glm ? "family" : "distribution"};
  if (metalearner.name == "drf") return made;
  const auto all = agreed(models, bases);
  if (!all) return made;
  const model::Category category = bases.front()->header.category;
  made.form = is_glm ? glm_form(metalearner, *all, category)
                     : distribution_form(metalearner, all->distribution, category);
  return made;
}

}  // namespace neve::algos::stackedensemble
