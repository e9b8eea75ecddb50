using EosMLNet.Runtime;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Runtime;

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
                var y = x.Times(2).Plus(ones_like(x)).Plus(0).Over(3).SubtractedFrom(1).Clamped(-1, 1).Power(2);
                Assert.Equal(0f, y.sum().item<float>());
            }
        }
        stop.Cancel();
        await collector;
    }
}
