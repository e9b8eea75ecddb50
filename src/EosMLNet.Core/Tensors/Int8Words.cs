using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EosMLNet.Tensors;

/// <summary>
/// Words of four numbers of 8 bits. Input: four numbers of 8 bits. Instructions want one factor without sign: the weight takes over the
/// input's. Sums are exact, in 32 bits: two products of at most 128 · 127 fit into 16.
/// </summary>
internal readonly unsafe struct Int8Words : IWordProduct
{
    public static int Inputs => 1;

    public static Vector256<uint> First(uint* input) => Vector256.Abs(Vector256.Create(*input).AsSByte()).AsUInt32();

    public static Vector256<uint> Last(uint* input) => Vector256.Create(*input);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> weight, Vector256<uint> first, Vector256<uint> last)
    {
        var (magnitudes, signed) = (first.AsByte(), Avx2.Sign(weight.AsSByte(), last.AsSByte()));
        return AvxVnni.IsSupported ? AvxVnni.MultiplyWideningAndAdd(sums.AsInt32(), magnitudes, signed).AsUInt32()
            : (sums.AsInt32() + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(magnitudes, signed), Vector256<short>.One)).AsUInt32();
    }

    public static Vector256<float> ToSingle(Vector256<uint> sums) => Vector256.ConvertToSingle(sums.AsInt32());
}
