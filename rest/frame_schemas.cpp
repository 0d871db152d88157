#include <neve/schema/schema_of.hpp>

#include "rest/frame_json.hpp"

namespace neve::rest {

const schema::Schema& ColV3::schema() {
  using C = ColV3;
  static const schema::Schema kSchema =
      schema::SchemaOf<C>("ColV3", "Vec")
          .field<&C::label>("Name of the column.")
          .field<&C::missing_count>("Number of missing values.")
          .field<&C::zero_count>("Number of zeros.")
          .field<&C::positive_infinity_count>("Number of positive infinities.")
          .field<&C::negative_infinity_count>("Number of negative infinities.")
          .field<&C::mins>("The five smallest values, NaN where there are fewer.")
          .field<&C::maxs>("The five largest values, NaN where there are fewer.")
          .field<&C::mean>("Mean.")
          .field<&C::sigma>("Standard deviation of the sample.")
          .field<&C::type>("int, real, enum, string, time, uuid or bad.")
          .field<&C::domain>("Levels of a categorical column.")
          .field<&C::domain_cardinality>("Number of levels.")
          .field<&C::data>("Values of the rows asked for; codes of levels, milliseconds of times.")
          .field<&C::string_data>("Texts of the rows asked for.")
          .field<&C::precision>("Digits after the point; -1 for all there are.")
          .field<&C::histogram_bins>("Rows per bin of the histogram.")
          .field<&C::histogram_base>("Where the first bin begins.")
          .field<&C::histogram_stride>("Width of a bin.")
          .field<&C::percentiles>("Values at the default percentiles.");
  return kSchema;
}

const schema::Schema& FrameV3::schema() {
  using F = FrameV3;
  static const schema::Schema kSchema =
      schema::SchemaOf<F>("FrameV3", "Frame", "FrameBaseV3")
          .echo_exclusions()
          .field<&F::frame_id>("Name of the frame.")
          .inout()
          .field<&F::byte_size>("Bytes that its columns hold.")
          .field<&F::is_text>("Whether it is text that was not parsed yet.")
          .field<&F::row_offset>("First row shown.")
          .input()
          .field<&F::row_count>("Number of rows shown.")
          .inout()
          .field<&F::column_offset>("First column shown.")
          .inout()
          .field<&F::column_count>("Number of columns shown.")
          .inout()
          .field<&F::full_column_count>("Number of columns shown with their rows.")
          .inout()
          .field<&F::total_column_count>("Number of columns.")
          .inout()
          .field<&F::checksum>("Checksum of names, types and values.")
          .field<&F::rows>("Number of rows.")
          .field<&F::num_columns>("Number of columns.")
          .field<&F::default_percentiles>("The percentiles that summaries show.")
          .field<&F::columns>("The columns.")
          .field<&F::compatible_models>("Names of models that can score the frame.")
          .field<&F::chunk_summary>("How the columns are encoded.")
          .field<&F::distribution_summary>("Where the rows are.");
  return kSchema;
}

}  // namespace neve::rest
