namespace EosMLNet.Tests;

/// <summary>Assertions on <see cref="EosException"/>.</summary>
internal static class Expect
{
    /// <summary>The action fails with this code, and its message contains all of these texts.</summary>
    internal static void Error(string code, Action action, params string[] messageParts)
    {
        var error = Assert.Throws<EosException>(action);
        Assert.True(error.Code == code, $"expected {code}, got {error.Message}");
        Assert.All(messageParts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
