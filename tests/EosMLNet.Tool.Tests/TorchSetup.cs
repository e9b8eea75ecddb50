using System.Runtime.CompilerServices;
using EosMLNet.LibTorch;

// torch's generators and live-tensor counts are process-wide: tests of one assembly run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace EosMLNet.Tool.Tests;

internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.EnsureLoaded();
}
