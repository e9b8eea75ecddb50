using EosMLNet.Operator;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

/// <summary>Seeded visual tokens, as plain arrays and as the operator's input; the tensors live in the current dispose scope.</summary>
internal sealed class Sample
{
    public const int Width = 5;

    private readonly Random random;

    public Sample(int seed, VisualGrid grid, int images = 2)
    {
        random = new Random(seed);
        Grid = grid;
        var n = grid.Rows * grid.Columns;
        Tokens = [.. Enumerable.Range(0, images).Select(_ => Enumerable.Range(0, n).Select(_ => Numbers(Width)).ToArray())];
        Mass = [.. Enumerable.Range(0, images).Select(_ => Numbers(n).Select(v => 1 + Math.Abs(v)).ToArray())];
        TextAttention = [.. Enumerable.Range(0, images).Select(_ => PlainOperator.Softmax(Numbers(n)))];
        Keys = [.. Enumerable.Range(0, images).Select(_ => Enumerable.Range(0, n).Select(_ => Numbers(3)).ToArray())];
    }

    public VisualGrid Grid { get; }
    public double[][][] Tokens { get; }
    public double[][] Mass { get; }
    public double[][] TextAttention { get; }
    public double[][][] Keys { get; }

    public double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];

    public SiteInput Input() => new(Stack(Tokens), stack(Mass.Select(m => tensor(m))),
        arange(Tokens[0].Length).expand(Tokens.Length, -1), Grid, null, Seen(ScoreCriterion.TextAttention, stack(TextAttention.Select(a => tensor(a))).unsqueeze(1)), Stack(Keys));

    /// <summary>What a layer showed to one criterion, (I, heads, n).</summary>
    public static IReadOnlyDictionary<ScoreCriterion, Tensor> Seen(ScoreCriterion criterion, Tensor attention) =>
        new Dictionary<ScoreCriterion, Tensor> { [criterion] = attention };

    public static double[] Flat(Tensor x) => [.. x.to_type(ScalarType.Float64).contiguous().data<double>()];

    private static Tensor Stack(double[][][] rows) => stack(rows.Select(image => stack(image.Select(row => tensor(row)))));

    private static Tensor arange(long count) => EosMLNet.Tensors.Scalars.Arange(count);
}
