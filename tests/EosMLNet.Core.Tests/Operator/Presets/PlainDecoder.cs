using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>
/// A Llama decoder as loops over doubles, one sequence at a time: what the published methods are written on, so that their expected results owe nothing to the
/// library's decoder. It reads the weights of a model by their published names.
/// </summary>
internal sealed class PlainDecoder
{
    private readonly LlamaConfig config;
    private readonly Dictionary<string, double[]> weights;
    private readonly int hidden, heads, groups, size;

    public PlainDecoder(LlavaModel model)
    {
        config = model.Config.Text;
        (hidden, heads, groups, size) = (config.HiddenSize, config.HeadCount, config.KeyValueHeadCount, config.HeadSize);
        weights = model.Weights.Where(w => w.Key.StartsWith("language_model.")).ToDictionary(w => w.Key, w => w.Value.to(ScalarType.Float64).contiguous().data<double>().ToArray());
    }

    public int Layers => config.LayerCount;

    /// <summary>The embedding of a token id.</summary>
    public double[] Embed(int id) => weights["language_model.model.embed_tokens.weight"][(id * hidden)..((id + 1) * hidden)];

    /// <summary>Attention of every token to every token at one layer, [head][query][key].</summary>
    public double[][][] Attention(int layer, IReadOnlyList<PlainToken> tokens)
    {
        var (queries, keys) = (Projected(layer, "q_proj", heads, tokens), Keys(layer, tokens));
        var attention = new double[heads][][];
        for (var h = 0; h < heads; h++)
        {
            attention[h] = new double[tokens.Count][];
            for (var q = 0; q < tokens.Count; q++)
            {
                var row = new double[tokens.Count];
                var sum = 0.0;
                for (var k = 0; k <= q; k++)
                    sum += row[k] = Math.Exp(Dot(queries[q][h], keys[k][h / (heads / groups)]) / Math.Sqrt(size));
                for (var k = 0; k <= q; k++)
                    row[k] /= sum;
                attention[h][q] = row;
            }
        }
        return attention;
    }

    /// <summary>The rotated keys of one layer, [token][key-value head].</summary>
    public double[][][] Keys(int layer, IReadOnlyList<PlainToken> tokens) => Projected(layer, "k_proj", groups, tokens);

    /// <summary>One layer.</summary>
    public List<PlainToken> Run(int layer, IReadOnlyList<PlainToken> tokens)
    {
        var attention = Attention(layer, tokens);
        var values = tokens.Select(t => Heads(Linear(Name(layer, "self_attn.v_proj"), Norm(t.Hidden, Name(layer, "input_layernorm"))), groups)).ToArray();
        var output = new List<PlainToken>();
        for (var q = 0; q < tokens.Count; q++)
        {
            var mixed = new double[heads * size];
            for (var h = 0; h < heads; h++)
                for (var k = 0; k <= q; k++)
                    for (var i = 0; i < size; i++)
                        mixed[h * size + i] += attention[h][q][k] * values[k][h / (heads / groups)][i];
            var x = Sum(tokens[q].Hidden, Linear(Name(layer, "self_attn.o_proj"), mixed));
            var normalised = Norm(x, Name(layer, "post_attention_layernorm"));
            var gate = Linear(Name(layer, "mlp.gate_proj"), normalised);
            var up = Linear(Name(layer, "mlp.up_proj"), normalised);
            for (var i = 0; i < gate.Length; i++)
                gate[i] = gate[i] / (1 + Math.Exp(-gate[i])) * up[i];
            output.Add(tokens[q] with { Hidden = Sum(x, Linear(Name(layer, "mlp.down_proj"), gate)) });
        }
        return output;
    }

    /// <summary>The decoder's final normalisation.</summary>
    public double[] FinalNorm(double[] x) => Norm(x, "language_model.model.norm");

    /// <summary>The logits of each token.</summary>
    public double[][] Logits(IReadOnlyList<PlainToken> tokens) => [.. tokens.Select(t => Linear("language_model.lm_head", FinalNorm(t.Hidden)))];

    /// <summary>A vector of one head, turned by its position.</summary>
    public double[] Rotate(double[] x, int position)
    {
        var turned = new double[size];
        for (var i = 0; i < size / 2; i++)
        {
            var angle = position / Math.Pow(config.RopeTheta, 2.0 * i / size);
            turned[i] = x[i] * Math.Cos(angle) - x[i + size / 2] * Math.Sin(angle);
            turned[i + size / 2] = x[i + size / 2] * Math.Cos(angle) + x[i] * Math.Sin(angle);
        }
        return turned;
    }

    /// <summary>The logit of queries and keys of ones at two positions.</summary>
    public double LogitOfOnes(int query, int key)
    {
        var ones = Enumerable.Repeat(1.0, size).ToArray();
        return Dot(Rotate(ones, query), Rotate(ones, key)) / Math.Sqrt(size);
    }

    private double[][][] Projected(int layer, string name, int count, IReadOnlyList<PlainToken> tokens) => [.. tokens.Select(t =>
        Heads(Linear(Name(layer, $"self_attn.{name}"), Norm(t.Hidden, Name(layer, "input_layernorm"))), count).Select(head => Rotate(head, t.Position)).ToArray())];

    private double[][] Heads(double[] x, int count) => [.. Enumerable.Range(0, count).Select(h => x[(h * size)..((h + 1) * size)])];

    private static string Name(int layer, string name) => $"language_model.model.layers.{layer}.{name}";

    private double[] Linear(string name, double[] x)
    {
        var matrix = weights[name + ".weight"];
        var bias = weights.GetValueOrDefault(name + ".bias");
        var y = new double[matrix.Length / x.Length];
        for (var row = 0; row < y.Length; row++)
        {
            var sum = bias?[row] ?? 0;
            for (var i = 0; i < x.Length; i++)
                sum += matrix[row * x.Length + i] * x[i];
            y[row] = sum;
        }
        return y;
    }

    private double[] Norm(double[] x, string name)
    {
        var scale = 1 / Math.Sqrt(x.Average(v => v * v) + config.RmsNormEps);
        var weight = weights[name + ".weight"];
        return [.. x.Select((v, i) => v * scale * weight[i])];
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (p, q) => p + q)];

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
