#pragma once

namespace neve::server {

/// Ends the process with a clear text on a CPU without AVX2, BMI2 or FMA. It has run already when
/// main begins: everything else is compiled for x86-64-v3 and would die of an illegal instruction.
/// Called by main so that the file is linked.
void require_x86_64_v3();

}  // namespace neve::server
