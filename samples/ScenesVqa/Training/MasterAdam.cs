using System.Globalization;
using EosMLNet.Search;
using EosMLNet.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>
/// Adam on weights of any precision: it moves float32 copies of them, to which the small steps of late training are not lost
/// (arXiv:1710.03740), and rounds those to the weights.
/// </summary>
internal sealed class MasterAdam : IDisposable
{
    private readonly Tensor[] weights, masters;
    private readonly Adam adam;
    private int steps;

    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double)"/>
    public MasterAdam(IEnumerable<Tensor> parameters, double learningRate, double beta2 = 0.999, double weightDecay = 0)
    {
        weights = [.. parameters];
        masters = [.. weights.Select(w => w.detach().to(ScalarType.Float32, copy: true).requires_grad_().DetachFromDisposeScope())];
        adam = new Adam(masters, learningRate, beta2: beta2, weightDecay: weightDecay);
    }

    /// <summary>Step size of the next step.</summary>
    public double LearningRate { set => adam.LearningRate = value; }

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGrad()
    {
        adam.ZeroGrad();
        foreach (var weight in weights)
        {
            using var gradient = weight.grad;
            gradient?.zero_().Dispose();
        }
    }

    /// <summary>Takes the gradients up and scales them down together so that their joint norm is at most <paramref name="largest"/>.</summary>
    public void ClipGradients(double largest)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var (weight, master) in weights.Zip(masters))
            if (weight.grad is { } gradient)
                master.grad = gradient.to(ScalarType.Float32, copy: true);
        adam.ClipGradients(largest);
    }

    /// <summary>Moves each weight against its clipped gradient.</summary>
    public void Step()
    {
        adam.Step();
        steps++;
        Round();
    }

    /// <summary>Writes the float32 weights and all that Adam knows.</summary>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        var moments = adam.Moments().SelectMany((m, i) => new[]
        {
            KeyValuePair.Create(Name(i, "weight"), m.Parameter), KeyValuePair.Create(Name(i, "mean"), tensor(m.Mean).to(ScalarType.Float32)),
            KeyValuePair.Create(Name(i, "square"), tensor(m.Square).to(ScalarType.Float32)),
        });
        SafetensorsWriter.Write(path, moments, new Dictionary<string, string> { [StepsEntry] = steps.ToString(CultureInfo.InvariantCulture) });
    }

    /// <summary>Goes on from what <see cref="Save"/> wrote about as many weights of the same shapes.</summary>
    public void Load(string path)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var file = SafetensorsFile.Open(path);
        steps = int.Parse(file.Metadata[StepsEntry], CultureInfo.InvariantCulture);
        foreach (var (i, master) in masters.Index())
            master.copy_(file.Read(Name(i, "weight")).view(master.shape));
        adam.Restore(steps, of => (Numbers(of, "mean"), Numbers(of, "square")));
        Round();

        double[] Numbers(Tensor of, string what) =>
            file.Read(Name(Array.FindIndex(masters, master => ReferenceEquals(master, of)), what), ScalarType.Float64).data<double>().ToArray();
    }

    private const string StepsEntry = "steps";

    private static string Name(int weight, string what) => $"{weight}.{what}";

    private void Round()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var (weight, master) in weights.Zip(masters))
            weight.copy_(master);
    }

    public void Dispose()
    {
        adam.Dispose();
        foreach (var master in masters)
            master.Dispose();
    }
}
