using System.Runtime.InteropServices;

namespace EosMLNet.Runtime;

/// <summary>
/// How long libtorch's worker threads spin before they sleep. GNU OpenMP spins for about a millisecond after each parallel region; on a busy machine
/// the spinning thread then keeps the core from the one it waits for, and small models became a hundred times slower (measured: 0.1 s a search step
/// alone, several seconds beside another build). A hundredth of that waiting is as fast on an idle machine and yields on a busy one.
/// </summary>
internal static partial class OpenMpWaiting
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Sets the bound unless the user has chosen a policy. It must come before libgomp is loaded, which reads it once.</summary>
    internal static void Bound()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null && Environment.GetEnvironmentVariable(SpinCount) is null)
            _ = SetNative(SpinCount, "10000", overwrite: 0); // .NET's own SetEnvironmentVariable does not reach native code
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
