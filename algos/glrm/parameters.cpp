#include "algos/glrm/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::glrm {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_losses(Table& table) {
  table
      .field<&P::transform>(
          "What numbers are before they are fitted. Columns of loss Hinge or Logistic stay as "
          "they are.")
      .input()
      .gridable();
  constexpr double kMostComponents = 1e5;
  table.field<&P::k>("Rank of the product XY.")
      .input()
      .required()
      .gridable()
      .at_least(1)
      .at_most(kMostComponents);
  table.field<&P::loss>("Loss of numeric columns.").input().gridable();
  table
      .field<&P::loss_by_col>(
          "Losses of single columns: of all, or of those that loss_by_col_idx names.")
      .input()
      .gridable();
  table.field<&P::loss_by_col_idx>("Columns that loss_by_col is about, counted from 0.").input();
  table.field<&P::multi_loss>("Loss of categorical columns.").input().gridable();
  table.field<&P::period>("Length of the period of loss Periodic.").input().gridable().at_least(1);
}

void add_penalties(Table& table) {
  table.field<&P::regularization_x>("What each row of X is kept to.").input().gridable();
  table.field<&P::regularization_y>("What each column of Y is kept to.").input().gridable();
  table.field<&P::gamma_x>("Weight of the regularization of X; with 0 there is none.")
      .input()
      .gridable()
      .at_least(0);
  table.field<&P::gamma_y>("Weight of the regularization of Y; with 0 there is none.")
      .input()
      .gridable()
      .at_least(0);
}

void add_course(Table& table) {
  constexpr double kMostIterations = 1e6;
  table.field<&P::max_iterations>("Most iterations: updates of X and Y that are kept.")
      .input()
      .gridable()
      .at_least(1)
      .at_most(kMostIterations);
  table.field<&P::max_updates>("Most updates of X or Y, those that are not kept included.")
      .input()
      .gridable()
      .at_least(1)
      .at_most(2 * kMostIterations);
  table
      .field<&P::init_step_size>(
          "Largest step: with 1 and more a column of Y goes to the minimum of its parabola.")
      .input()
      .gridable()
      .above(0);
  table.field<&P::min_step_size>("Training ends where smaller steps are needed.")
      .input()
      .gridable()
      .above(0);
}

void add_starts(Table& table) {
  table
      .field<&P::init>(
          "Where Y begins. Random: numbers by chance. SVD: leading singular vectors. PlusPlus: "
          "centers of clusters of some rows, chosen by k-means++. User: user_y, or what fits "
          "user_x.")
      .input()
      .gridable();
  table
      .field<&P::svd_method>(
          "For init SVD. All methods come to the same vectors, by subspace iteration.")
      .input()
      .gridable();
  table.field<&P::user_y>("Frame of Y to begin with: a row for each archetype.").input();
  table.field<&P::user_x>("Frame of X: Y begins as fits it best, unless user_y says how.").input();
  table
      .field<&P::expand_user_y>(
          "Categorical columns of user_y name a level by its number; otherwise there is a column "
          "for each level.")
      .input();
  table
      .field<&P::impute_original>(
          "Reconstructions, and the error of numbers, have the transformation undone.")
      .input();
  table.field<&P::recover_svd>("Show singular values and vectors of XY.").input();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("GLRMParametersV3", "GLRMParameters", "ModelParametersSchemaV3");
    table.inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::ignored_columns,
                  &P::ignore_const_cols, &P::score_each_iteration>(model::common_parameters());
    table.field<&P::representation_name>("Name of the frame of X; made up where it is not given.")
        .input();
    table.field<&P::loading_name>("The same, by its former name.").input();
    add_losses(table);
    add_penalties(table);
    add_course(table);
    table
        .field<&P::seed>(
            "Seed of all random choices. -1 draws one, which the model then reports and which "
            "repeats the run.")
        .input()
        .gridable();
    add_starts(table);
    table.inherit<&P::max_runtime_secs, &P::export_checkpoints_dir>(model::common_parameters());
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::glrm
