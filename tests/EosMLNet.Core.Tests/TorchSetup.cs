using System.Runtime.CompilerServices;
using EosMLNet.LibTorch;
using TorchSharp;

// torch's generators and live-tensor counts are process-wide: tests of one assembly run one after another.
#if !EOS_MUTATION // xunit v3 is told by tests/Mutation/xunit.runner.json
[assembly: CollectionBehavior(DisableTestParallelization = true)]
#endif

namespace EosMLNet.Tests;

internal static class TorchSetup
{
    [ModuleInitializer]
    internal static void Load()
    {
        TorchRuntime.EnsureLoaded();
        torch.set_num_threads(1); // the models of the tests are tiny: more threads would only wait for each other
    }
}
