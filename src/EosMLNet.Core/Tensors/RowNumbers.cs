using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Numbers in a tensor's memory, in float32 or bfloat16, as float32.</summary>
internal static unsafe class RowNumbers
{
    private const int Lanes = 8;

    /// <summary>A number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Read(void* numbers, ScalarType type, long index) => type == ScalarType.BFloat16
        ? BitConverter.UInt32BitsToSingle((uint)((ushort*)numbers)[index] << 16) : ((float*)numbers)[index];

    /// <summary>Puts a number down, rounded to the nearest, and of two equally near ones to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(void* numbers, ScalarType type, long index, float value)
    {
        if (type != ScalarType.BFloat16)
        {
            ((float*)numbers)[index] = value;
            return;
        }
        var bits = BitConverter.SingleToUInt32Bits(value);
        ((ushort*)numbers)[index] = float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
    }

    /// <summary>Brings numbers to float32.</summary>
    internal static void Widen(void* from, ScalarType type, float* to, int count)
    {
        if (type != ScalarType.BFloat16)
        {
            Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
            return;
        }
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
            (Avx2.ConvertToVector256Int32((ushort*)from + i) << 16).Store((int*)to + i);
        for (; i < count; i++)
            to[i] = Read(from, type, i);
    }

    /// <summary>Rounds a row to 8 bits, to the very numbers that <see cref="Models.LinearInput"/> has, without their offset.</summary>
    /// <param name="row">The row.</param>
    /// <param name="steps">Where the steps go that each number is from zero.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>What a step is.</returns>
    internal static float Round(float* row, sbyte* steps, int count)
    {
        var most = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
            most = Vector256.Max(most, Vector256.Abs(Vector256.Load(row + i)));
        var largest = 0f;
        for (var lane = 0; lane < Lanes; lane++)
            largest = Math.Max(largest, most[lane]);
        for (; i < count; i++)
            largest = Math.Max(largest, Math.Abs(row[i]));
        var size = largest * (float)(1.0 / Int8Steps.Most) + float.Epsilon;
        var (sizes, zero) = (Vector256.Create(size), Vector256.Create(OneDnn.Zero + 0.5f));
        for (i = 0; i <= count - 4 * Lanes; i += 4 * Lanes)
            Vector256.Narrow(Vector256.Narrow(Steps(row + i), Steps(row + i + Lanes)), Vector256.Narrow(Steps(row + i + 2 * Lanes), Steps(row + i + 3 * Lanes))).Store(steps + i);
        for (; i < count; i++)
            steps[i] = (sbyte)((int)(row[i] / size + (OneDnn.Zero + 0.5f)) - OneDnn.Zero);
        return size;

        Vector256<int> Steps(float* from) =>
            Avx.ConvertToVector256Int32WithTruncation(Vector256.Load(from) / sizes + zero) - Vector256.Create(OneDnn.Zero);
    }
}
