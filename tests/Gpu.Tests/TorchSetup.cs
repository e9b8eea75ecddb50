using System.Runtime.CompilerServices;
using EosMLNet.LibTorch;

// Processes that the tests start are heavy enough one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Gpu.Tests;

internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Load() => TorchRuntime.EnsureLoaded();
}
