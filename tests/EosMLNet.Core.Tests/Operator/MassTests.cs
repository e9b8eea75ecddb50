using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public class MassTests
{
    private static readonly double[] Temperatures = [0, 0.02, 0.3, 50, double.PositiveInfinity];

    [Property(MaxTest = 60)]
    public void What_is_kept_and_what_is_pruned_make_up_what_entered(int seed, byte keep, byte transfer, byte temperature, byte mask, bool normalized, bool spatial)
    {
        using var scope = NewDisposeScope();
        int[] windows = [1, 2, 3, 4, 6, 8, 12, 24]; // keeps that cut a 4 x 6 grid
        var site = PlanModels.Site(windows[keep % windows.Length]) with
        {
            Transfer = transfer / 255.0,
            Temperature = Temperatures[temperature % Temperatures.Length],
            Normalization = normalized ? Normalization.Mass : Normalization.None,
            Affinity = new Affinity { Mask = (AffinityMask)(mask % 3), SpatialSigma = spatial ? 1.5 : null },
        };
        var sample = new Sample(seed, new VisualGrid(4, 6));
        var input = sample.Input();
        var reduced = ReductionOperator.Reduce(input, site);
        for (var image = 0; image < 2; image++)
        {
            var anchors = reduced.Anchors[image].data<long>().ToArray();
            // Pruned: the part 1 − γ of each dropped token, and all of one that no anchor may take.
            var pruned = Enumerable.Range(0, 24).Where(j => !anchors.Contains(j))
                .Sum(j => sample.Mass[image][j] * (anchors.Any(a => MayTake(site, j, (int)a)) ? 1 - site.Transfer : 1));
            Assert.Equal(sample.Mass[image].Sum(), Sample.Flat(reduced.Mass[image]).Sum() + pruned, 1e-9);
            Assert.All(Sample.Flat(reduced.Tokens[image]), value => Assert.True(double.IsFinite(value)));
        }
    }

    private static bool MayTake(ReductionSite site, int giver, int receiver) => site.Affinity.Mask switch
    {
        AffinityMask.Bipartite => giver % 2 == 0 && receiver % 2 == 1,
        AffinityMask.Window => Window(site.Keep, giver) == Window(site.Keep, receiver),
        _ => true,
    };

    // How a 4 x 6 grid is cut: rows x columns of windows as square as possible.
    private static (int, int) Window(int keep, int patch)
    {
        var (rows, columns) = keep switch { 1 => (1, 1), 2 => (1, 2), 3 => (1, 3), 4 => (2, 2), 6 => (2, 3), 8 => (2, 4), 12 => (3, 4), _ => (4, 6) };
        return (patch / 6 * rows / 4, patch % 6 * columns / 6);
    }
}
