namespace EosMLNet.Tests.Configs;

/// <summary>Weights as text, since records compare arrays by reference.</summary>
internal static class WeightLines
{
    internal static IEnumerable<string> Of(IEnumerable<WeightShape> weights) =>
        weights.Select(weight => $"{weight.Name} {string.Join('x', weight.Shape)}{(weight.IsLinear ? " linear" : "")}");
}
