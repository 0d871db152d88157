#pragma once

#include <string>

namespace neve {

/// A double as Java's Double.toString writes it, which is what H2O puts into JSON and CSV: shortest
/// digits that read back, at least one after the point, exponent form outside [1e-3, 1e7).
/// NaN, Infinity and -Infinity by these names.
void append_java_double(std::string& out, double value);
/// The same for a 32-bit float, with the digits that a float needs.
void append_java_float(std::string& out, float value);
/// Java's Double.toHexString ("0x1.8p0"), for downloads with hex_string.
void append_java_hex_double(std::string& out, double value);

inline std::string java_double(double value) {
  std::string out;
  append_java_double(out, value);
  return out;
}

}  // namespace neve
