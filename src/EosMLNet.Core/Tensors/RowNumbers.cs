using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace EosMLNet.Tensors;

/// <summary>Numbers in a tensor's memory, in float32 or bfloat16: eight at a time, as float32.</summary>
internal static unsafe class RowNumbers
{
    /// <summary>How many there are at a time.</summary>
    internal const int Lanes = 8;

    /// <summary>Numbers from a place on; zeros where fewer are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Read(void* numbers, ScalarType type, long index, long left)
    {
        var from = (byte*)numbers + index * SizeOf(type);
        if (left < Lanes)
        {
            var few = stackalloc byte[Vector256<byte>.Count];
            Vector256<byte>.Zero.Store(few);
            Unsafe.CopyBlock(few, from, (uint)(left * SizeOf(type)));
            from = few;
        }
        return type == ScalarType.BFloat16 ? (Avx2.ConvertToVector256Int32((ushort*)from) << 16).AsSingle() : Vector256.Load((float*)from);
    }

    /// <summary>Puts numbers down, as many as are left, rounded to the nearest, and of two equally near ones to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(void* numbers, ScalarType type, long index, long left, Vector256<float> values)
    {
        var to = (byte*)numbers + index * SizeOf(type);
        if (left < Lanes)
        {
            var few = stackalloc byte[Vector256<byte>.Count];
            Write(few, type, 0, Lanes, values);
            Unsafe.CopyBlock(to, few, (uint)(left * SizeOf(type)));
            return;
        }
        if (type != ScalarType.BFloat16)
        {
            values.Store((float*)to);
            return;
        }
        var bits = values.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7FFFu) + (bits >> 16 & Vector256<uint>.One)) >> 16;
        var halves = Vector256.ConditionalSelect(Vector256.IsNaN(values).AsUInt32(), Vector256.Create(0x7FC0u), rounded);
        Vector128.Narrow(halves.GetLower(), halves.GetUpper()).Store((ushort*)to);
    }

    /// <summary>Brings numbers to float32.</summary>
    internal static void Widen(void* from, ScalarType type, float* to, int count)
    {
        for (var i = 0; i < count; i += Lanes)
            Write(to, ScalarType.Float32, i, count - i, Read(from, type, i, count - i));
    }

    /// <summary>Rounds a row to 8 bits, to the very numbers that <see cref="Models.LinearInput"/> has, without their offset.</summary>
    /// <param name="row">The row.</param>
    /// <param name="steps">Where the steps go that each number is from zero.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>What a step is.</returns>
    internal static float Round(float* row, sbyte* steps, int count)
    {
        var most = Vector256<float>.Zero;
        for (var i = 0; i < count; i += Lanes)
            most = Vector256.Max(most, Vector256.Abs(Read(row, ScalarType.Float32, i, count - i)));
        var largest = 0f;
        for (var lane = 0; lane < Lanes; lane++)
            largest = Math.Max(largest, most[lane]);
        var size = largest * (float)(1.0 / Int8Steps.Most) + float.Epsilon;
        var (sizes, zero, done) = (Vector256.Create(size), Vector256.Create(OneDnn.Zero + 0.5f), 0);
        for (; done <= count - 4 * Lanes; done += 4 * Lanes)
        {
            var low = Vector256.Narrow(Steps(row + done), Steps(row + done + Lanes));
            Vector256.Narrow(low, Vector256.Narrow(Steps(row + done + 2 * Lanes), Steps(row + done + 3 * Lanes))).Store(steps + done);
        }
        for (; done < count; done++)
            steps[done] = (sbyte)((int)(row[done] / size + (OneDnn.Zero + 0.5f)) - OneDnn.Zero);
        return size;

        Vector256<int> Steps(float* from) =>
            Avx.ConvertToVector256Int32WithTruncation(Vector256.Load(from) / sizes + zero) - Vector256.Create(OneDnn.Zero);
    }

    private static int SizeOf(ScalarType type) => type == ScalarType.BFloat16 ? sizeof(ushort) : sizeof(float);
}
