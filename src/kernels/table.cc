// Compiled once for each instruction set, SLAVA_ISA being its name.
#include "kernels/attention.h"
#include "kernels/attention_tiles.h"
#include "kernels/few_rows_product.h"
#include "kernels/int4_product.h"
#include "kernels/int8_product.h"
#include "kernels/rows.h"
#include "kernels/tables.h"

namespace slava::SLAVA_ISA {

const Kernels kTable{
    {quantize_rows<float>, quantize_rows<Bf16>},
    {int8_product<float>, int8_product<Bf16>},
    {int4_product<float>, int4_product<Bf16>},
    {few_rows_product<float>, few_rows_product<Bf16>},
    {pack_int4<float>, pack_int4<Bf16>},
    {scale_rows<float>, scale_rows<Bf16>},
    {layer_norm_rows<float>, layer_norm_rows<Bf16>},
    {rms_norm_rows<float>, rms_norm_rows<Bf16>},
    {silu_times<float>, silu_times<Bf16>},
    {gate_by_sigmoid<float>, gate_by_sigmoid<Bf16>},
    {rotate_heads<float>, rotate_heads<Bf16>},
    {attend<float>, attend<Bf16>},
    {attend_many<float>, attend_many<Bf16>},
    {attend_int8<float>, attend_int8<Bf16>},
    {store_int8_rows<float>, store_int8_rows<Bf16>},
    widen_int8_rows,
    sum_numbers,
};

}  // namespace slava::SLAVA_ISA
