#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/frame/rollup.hpp>

// Speed of each encoding, in bytes of plain doubles, by blocks of 1024 rows.
namespace neve::frame {
namespace {

constexpr std::int64_t kRows = 65536;
constexpr std::size_t kBlock = 1024;

double uniform(std::int64_t row) { return CounterRng(1).uniform(static_cast<std::uint64_t>(row)); }

double integer_of_bits(std::int64_t row, int bits) {
  return std::floor(std::ldexp(uniform(row), bits));
}

double value_of(int shape, std::int64_t row) {
  switch (shape) {
    case 0:
      return std::round(uniform(row) * 1e6 - 5e5) / 1e5;
    case 1:
      return uniform(row);
    case 2:
      return static_cast<double>(static_cast<float>(uniform(row)));
    case 3:
      return row % 50 == 0 ? uniform(row) : 0;
    case 4:
      return std::sqrt(integer_of_bits(row, 5) + 2);
    case 5:
      return row % 10 == 0 ? kMissingDouble : integer_of_bits(row, 11);
    default:
      return integer_of_bits(row, shape - 100);
  }
}

std::vector<double> values_of(int shape) {
  std::vector<double> values;
  for (std::int64_t row = 0; row < kRows; ++row) values.push_back(value_of(shape, row));
  return values;
}

void finish(benchmark::State& state, const Chunk& chunk) {
  state.SetBytesProcessed(state.iterations() * kRows * 8);
  state.SetLabel(std::string(chunk.codec()) + ", " + std::to_string(chunk.byte_size()) + " bytes");
}

void decode(benchmark::State& state) {
  const Chunk chunk = encode_doubles(values_of(static_cast<int>(state.range(0))));
  std::vector<double> block(kBlock);
  for (auto _ : state) {
    for (std::int64_t row = 0; row < kRows; row += static_cast<std::int64_t>(kBlock)) {
      chunk.decode(row, block);
      benchmark::DoNotOptimize(block.data());
    }
  }
  finish(state, chunk);
}

void decode_codes(benchmark::State& state) {
  std::vector<std::int32_t> codes;
  for (double value : values_of(100 + static_cast<int>(state.range(0)))) {
    codes.push_back(static_cast<std::int32_t>(value));
  }
  const Chunk chunk = encode_codes(codes);
  std::vector<std::int32_t> block(kBlock);
  for (auto _ : state) {
    for (std::int64_t row = 0; row < kRows; row += static_cast<std::int64_t>(kBlock)) {
      chunk.decode_codes(row, block);
      benchmark::DoNotOptimize(block.data());
    }
  }
  finish(state, chunk);
}

void encode(benchmark::State& state) {
  const std::vector<double> values = values_of(static_cast<int>(state.range(0)));
  Chunk chunk;
  for (auto _ : state) chunk = encode_doubles(values);
  finish(state, chunk);
}

void build_decimals(benchmark::State& state) {
  std::vector<std::int64_t> mantissas;
  for (std::int64_t row = 0; row < kRows; ++row) {
    mantissas.push_back(static_cast<std::int64_t>(uniform(row) * 1e6) - 500000);
  }
  NumericBuilder builder;
  Chunk chunk;
  for (auto _ : state) {
    for (std::int64_t mantissa : mantissas) builder.append_decimal(mantissa, -5);
    chunk = builder.finish();
  }
  finish(state, chunk);
}

void roll_up(benchmark::State& state) {
  const Chunk chunk = encode_doubles(values_of(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(summarize(chunk, 0));
  finish(state, chunk);
}

BENCHMARK(decode)
    ->DenseRange(0, 5)
    ->Arg(101)
    ->Arg(104)
    ->Arg(109)
    ->Arg(112)
    ->Arg(120)
    ->Arg(132)
    ->Arg(145);
BENCHMARK(decode_codes)->Arg(1)->Arg(4)->Arg(9);
BENCHMARK(encode)->DenseRange(0, 5)->Arg(101)->Arg(112);
BENCHMARK(build_decimals);
BENCHMARK(roll_up)->Arg(0)->Arg(1)->Arg(104);

}  // namespace
}  // namespace neve::frame
