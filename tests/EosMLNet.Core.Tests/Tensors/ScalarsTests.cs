using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class ScalarsTests
{
    // With TorchSharp's implicit scalars it fails within some thousand rounds; on one thread, and with full collections, it does not.
    private const int Threads = 4, Rounds = 5_000;

    [Fact]
    public async Task Arithmetic_survives_a_collector_that_never_rests()
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(Compute, TaskCreationOptions.LongRunning)));
        }
        finally
        {
            stop.Cancel();
            await collector;
        }
    }

    private static void Compute()
    {
        using var whole = NewDisposeScope();
        var x = ones(64);
        for (var i = 0; i < Rounds; i++)
        {
            using var scope = NewDisposeScope();
            var y = x.Mul(2).Add(ones_like(x)).Add(0).Div(3).RSub(1).Clamp(-1, 1).Pow(2).Softplus();
            Assert.Equal(64 * Math.Log(2), y.sum().item<float>(), 1e-4);
        }
    }
}
