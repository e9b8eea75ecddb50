namespace EosMLNet.LibTorch;

/// <summary>
/// Lets libtorch's worker threads sleep while they wait. GNU OpenMP spins after each parallel region instead; on a busy machine the
/// spinning thread keeps the core from the one it waits for. Measured on 2 cores, 100 search steps of the shipped model: spinning 8 s alone
/// but over 38 s beside two busy programs (even with a hundred turns only, over 30 s); sleeping 14 s alone and 16 s beside them.
/// </summary>
internal static class OpenMpWaiting
{
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Sets the policy unless the user has chosen a policy. It must come before libgomp is loaded, which reads it once.</summary>
    internal static void Sleep()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable(SpinCount) is null)
            NativeEnvironment.Set(SpinCount, "0");
    }
}
