using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public class ScalarsTests
{
    [Fact]
    public async Task Arithmetic_survives_a_collector_that_never_rests()
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        using (NewDisposeScope())
        {
            var x = ones(64);
            for (var i = 0; i < 20_000; i++)
            {
                using var scope = NewDisposeScope();
                var y = x.Mul(2).Add(ones_like(x)).Add(0).Div(3).RSub(1).Clamp(-1, 1).Pow(2).Softplus();
                Assert.Equal(64 * Math.Log(2), y.sum().item<float>(), 1e-4);
            }
        }
        stop.Cancel();
        await collector;
    }
}
