using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EosMLNet.Tensors;

/// <summary>
/// Words of two numbers in bfloat16, which are the upper halves of float32. Input: two numbers in float32, as sums are.
/// </summary>
internal readonly unsafe struct BFloat16Words : IWordProduct
{
    public static int Inputs => 2;

    public static Vector256<uint> First(uint* input) => Vector256.Create(input[0]);

    public static Vector256<uint> Last(uint* input) => Vector256.Create(input[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> weight, Vector256<uint> first, Vector256<uint> last)
    {
        var low = Fma.MultiplyAdd(first.AsSingle(), (weight << 16).AsSingle(), sums.AsSingle());
        return Fma.MultiplyAdd(last.AsSingle(), (weight & Vector256.Create(0xFFFF0000)).AsSingle(), low).AsUInt32();
    }

    public static Vector256<float> ToSingle(Vector256<uint> sums) => sums.AsSingle();
}
