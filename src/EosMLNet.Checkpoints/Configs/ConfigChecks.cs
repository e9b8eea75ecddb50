namespace EosMLNet.Checkpoints;

/// <summary>What a model's configuration may ask for. Sizes come from outside, so each is checked before a tensor is made of it.</summary>
internal static class ConfigChecks
{
    private const int LargestSize = 1 << 24; // no published model comes near it, and products of two still fit a long
    private const int MostLayers = 1 << 10; // eight times the largest model; each has its own weights, whose names are held
    private static readonly string[] Activations = ["quick_gelu", "gelu", "gelu_pytorch_tanh", "silu", "relu"];

    internal static int Size(this JsonSection json, string name, int fallback) => json.From1To(LargestSize, name, fallback);

    internal static int Layers(this JsonSection json, string name, int fallback) => json.From1To(MostLayers, name, fallback);

    internal static double Epsilon(this JsonSection json, string name, double fallback)
    {
        var epsilon = json.Number(name, fallback);
        return epsilon is >= 0 and < 1 ? epsilon : throw json.Unsupported(name, epsilon, "0 or a small positive number");
    }

    internal static string Activation(this JsonSection json, string name, string fallback)
    {
        var activation = json.Text(name) ?? fallback;
        return Activations.Contains(activation) ? activation
            : throw json.Unsupported(name, $"'{activation}'", $"one of {string.Join(", ", Activations)}");
    }

    internal static void RequireMultiple(this JsonSection json, string name, int value, string divisorName, int divisor)
    {
        if (value % divisor != 0)
            throw json.Unsupported(name, value, $"a multiple of {divisorName}, which is {divisor}");
    }

    private static int From1To(this JsonSection json, int most, string name, int fallback)
    {
        var number = json.Int(name, fallback);
        return number > 0 && number <= most ? number : throw json.Unsupported(name, number, $"1 to {most}");
    }
}
