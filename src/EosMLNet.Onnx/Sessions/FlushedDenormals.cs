using System.Runtime.InteropServices;

namespace EosMLNet.Onnx.Sessions;

/// <summary>
/// While it lives, its thread takes denormal numbers (below 1.2e-38) as zero, on x64. A softmax makes them of all that a mask leaves out,
/// and x64 processors compute with them a hundred times as slowly. ONNX Runtime has a setting for the threads that are its own; the thread
/// that calls it computes, too.
/// </summary>
internal readonly ref partial struct FlushedDenormals : IDisposable
{
    private const uint FlushBits = 0x8040; // of the register MXCSR: results to zero, operands as zero
    private const uint WindowsFlush = 0x0100_0000, WindowsMask = 0x0300_0000; // of _controlfp_s

    private readonly uint before;

    /// <summary>Begins. <see cref="Dispose"/>, on the same thread, brings back what was.</summary>
    public FlushedDenormals() => before = Exchange(FlushBits, WindowsFlush);

    /// <summary>Whether this system has a way to do it.</summary>
    internal static bool IsSupported =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows());

    /// <inheritdoc/>
    public void Dispose() => Exchange(before, before);

    // Says what was there.
    private static uint Exchange(uint linux, uint windows) =>
        !IsSupported ? 0 : OperatingSystem.IsLinux() ? ExchangeOnLinux(linux) : ExchangeOnWindows(windows);

    private static uint ExchangeOnLinux(uint bits)
    {
        if (GetEnvironment(out var environment) != 0)
            return 0;
        var was = environment.Mxcsr & FlushBits;
        environment.Mxcsr = (environment.Mxcsr & ~FlushBits) | bits;
        _ = SetEnvironment(in environment);
        return was;
    }

    private static uint ExchangeOnWindows(uint bits)
    {
        _ = Control(out var was, 0, 0);
        _ = Control(out _, bits, WindowsMask);
        return was & WindowsMask;
    }

    // glibc's fenv_t on x64.
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct FloatingPointEnvironment
    {
        [FieldOffset(28)]
        internal uint Mxcsr;
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(out FloatingPointEnvironment environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(in FloatingPointEnvironment environment);

    [LibraryImport("ucrtbase.dll", EntryPoint = "_controlfp_s")]
    private static partial int Control(out uint current, uint bits, uint mask);
}
