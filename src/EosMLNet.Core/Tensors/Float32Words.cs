using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EosMLNet.Tensors;

/// <summary>Words of one number in float32. Input: a number in float32.</summary>
internal readonly unsafe struct Float32Words : IWordProduct
{
    public static int Inputs => 1;

    public static Vector256<uint> First(uint* input) => Vector256.Create(*input);

    public static Vector256<uint> Last(uint* input) => default; // there is none

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> weight, Vector256<uint> first, Vector256<uint> last) =>
        Fma.MultiplyAdd(first.AsSingle(), weight.AsSingle(), sums.AsSingle()).AsUInt32();

    public static Vector256<float> ToSingle(Vector256<uint> sums) => sums.AsSingle();
}
