using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>A CLIP tower as double loops over plain arrays, for one image: the published transformer block, with sizes of tokens in its attention.</summary>
/// <param name="weights">The checkpoint's weights by name.</param>
/// <param name="heads">Attention heads.</param>
internal sealed class PlainTower(IReadOnlyDictionary<string, Tensor> weights, int heads)
{
    private const string Root = "vision_tower.vision_model.";

    /// <summary>The sequence in front of the first block, [CLS] first.</summary>
    public double[][] Embed(Tensor pixels, int patch)
    {
        var kernel = Numbers("embeddings.patch_embedding.weight");
        var (image, side) = (Sample.Flat(pixels), (int)pixels.shape[^1]);
        var d = Numbers("embeddings.class_embedding").Length;
        var tokens = new List<double[]> { Numbers("embeddings.class_embedding") };
        for (var row = 0; row + patch <= side; row += patch)
            for (var column = 0; column + patch <= side; column += patch)
                tokens.Add([.. Enumerable.Range(0, d).Select(Convolved)]);

        var places = Rows("embeddings.position_embedding.weight");
        return [.. tokens.Select((token, i) => Norm(Sum(token, places[i]), "pre_layrnorm"))];

        double Convolved(int channel)
        {
            var start = (tokens.Count - 1) / (side / patch) * patch * side + (tokens.Count - 1) % (side / patch) * patch;
            var sum = 0.0;
            for (var c = 0; c < 3; c++)
                for (var y = 0; y < patch; y++)
                    for (var x = 0; x < patch; x++)
                        sum += kernel[((channel * 3 + c) * patch + y) * patch + x] * image[c * side * side + start + y * side + x];
            return sum;
        }
    }

    /// <summary>Attention and its residual; also the keys and the [CLS] token's attention, averaged over heads. Keys weigh by their tokens' sizes.</summary>
    public (double[][] Hidden, double[][] Keys, double[] ClsAttention) Attend(int block, double[][] x, double[] sizes)
    {
        var name = $"encoder.layers.{block}.";
        var normalised = x.Select(token => Norm(token, name + "layer_norm1")).ToArray();
        var (q, k, v) = (Projected("q_proj"), Projected("k_proj"), Projected("v_proj"));
        var size = q[0].Length / heads;
        var cls = new double[x.Length];
        var mixed = x.Select(token => new double[token.Length]).ToArray();
        for (var head = 0; head < heads; head++)
            for (var i = 0; i < x.Length; i++)
            {
                var share = PlainOperator.Softmax(k.Select((key, j) => Dot(q[i], key, head * size, size) / Math.Sqrt(size) + Math.Log(sizes[j])));
                for (var j = 0; j < x.Length; j++)
                {
                    if (i == 0)
                        cls[j] += share[j] / heads;
                    for (var f = head * size; f < (head + 1) * size; f++)
                        mixed[i][f] += share[j] * v[j][f];
                }
            }
        return ([.. mixed.Select((token, i) => Sum(x[i], Linear(token, name + "self_attn.out_proj")))], k, cls);

        double[][] Projected(string projection) => [.. normalised.Select(token => Linear(token, name + "self_attn." + projection))];
    }

    /// <summary>The MLP and its residual.</summary>
    public double[][] Feed(int block, double[][] x)
    {
        var name = $"encoder.layers.{block}.";
        return [.. x.Select(token => Sum(token, Linear([.. Linear(Norm(token, name + "layer_norm2"), name + "mlp.fc1").Select(v => v / (1 + Math.Exp(-1.702 * v)))], name + "mlp.fc2")))];
    }

    /// <summary>Keys averaged over heads.</summary>
    public double[] HeadMean(double[] key) => [.. Enumerable.Range(0, key.Length / heads).Select(f => Enumerable.Range(0, heads).Average(head => key[head * (key.Length / heads) + f]))];

    private double[] Norm(double[] x, string name)
    {
        var mean = x.Average();
        var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5);
        var (weight, bias) = (Numbers(name + ".weight"), Numbers(name + ".bias"));
        return [.. x.Select((v, f) => (v - mean) / deviation * weight[f] + bias[f])];
    }

    private double[] Linear(double[] x, string name) => [.. Rows(name + ".weight").Zip(Numbers(name + ".bias"), (row, bias) => Dot(row, x, 0, x.Length) + bias)];

    private static double Dot(double[] a, double[] b, int start, int count) => Enumerable.Range(start, count).Sum(f => a[f] * b[f]);

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (p, q) => p + q)];

    private readonly Dictionary<string, double[]> read = [];

    private double[] Numbers(string name) => read.TryGetValue(name, out var known) ? known : read[name] = Sample.Flat(weights[Root + name]);

    private double[][] Rows(string name) => [.. Numbers(name).Chunk((int)weights[Root + name].shape[1])];
}
