namespace EosMLNet.LibTorch;

/// <summary>
/// Switches of libtorch on CUDA, set as environment variables before it is loaded, which reads each of them once (build/docs/adr/0024).
/// What the user has set goes before.
/// </summary>
internal static class CudaSwitches
{
    // cuDNN's attention is first in libtorch's order for half types on recent cards. It makes a plan for every new shape, on the host, and
    // here nearly every token has one; and its backward pass has no gradient for the mask, which is what a search learns by. The switch has
    // had two names.
    private static readonly (string Name, string Value)[] Attention =
        [("TORCH_CUDNN_SDPA_PREFERRED", "0"), ("TORCH_CUDNN_SDPA_DEPRIORITIZED", "1")];

    // The shapes of a search change with every step: blocks that can grow are not left behind in pieces. It has had two names as well; the
    // older is known to all versions.
    private static readonly (string Name, string Value)[] Allocator =
        [("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"), ("PYTORCH_ALLOC_CONF", "")];

    /// <summary>Sets them, each kind unless the user has set a variable of that kind. It must come before libtorch is loaded.</summary>
    internal static void Set()
    {
        foreach (var (name, value) in Missing(Environment.GetEnvironmentVariable))
            NativeEnvironment.Set(name, value);
    }

    /// <summary>What has to be set, given what the user has set.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Missing(Func<string, string?> variable) =>
        [.. new[] { Attention, Allocator }.Where(kind => kind.All(one => variable(one.Name) is null)).SelectMany(kind => kind)
            .Where(one => one.Value.Length > 0)];
}
