using Gpu.Report;
using Gpu.Shapes;
using static TorchSharp.torch;

namespace Gpu.Sections;

/// <summary>The fastest matrix product and the fastest copy: what prefill and decode are held against.</summary>
internal static class CeilingsSection
{
    private const int Repeats = 20;

    internal static void Measure(Bench bench, Action<object> save)
    {
        using var unrecorded = no_grad();
        save(new CeilingResult(bench.Shape.MatmulSize, Matmul(bench), bench.Shape.CopyBytes, Copy(bench)));
    }

    private static double Matmul(Bench bench)
    {
        using var scope = NewDisposeScope();
        long n = bench.Shape.MatmulSize;
        Tensor a = randn([n, n], bench.DataType, bench.Device), b = randn([n, n], bench.DataType, bench.Device);
        return 2e-9 * n * n * n / Clock.Median(bench, Repeats, () => a.matmul(b).Dispose());
    }

    private static double Copy(Bench bench)
    {
        using var scope = NewDisposeScope();
        Tensor from = zeros([bench.Shape.CopyBytes], ScalarType.Byte, bench.Device), to = empty_like(from);
        return 2e-6 * bench.Shape.CopyBytes / Clock.Median(bench, Repeats, () => to.copy_(from));
    }
}
