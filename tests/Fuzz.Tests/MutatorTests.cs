using Fuzz.Engine;

namespace Fuzz.Tests;

public class MutatorTests
{
    private static readonly byte[][] Seeds = ["""{"version": 1, "sites": []}"""u8.ToArray(), "other"u8.ToArray()];

    [Fact]
    public void The_same_seed_makes_the_same_inputs_and_another_makes_others()
    {
        Assert.Equal(Made(3), Made(3));
        Assert.NotEqual(Made(3), Made(4));
        Assert.True(Made(3).Distinct().Count() > 90);

        static string[] Made(int seed)
        {
            var mutator = new Mutator(seed, Seeds);
            return [.. Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(mutator.Changed(Seeds[0], Seeds[1])))];
        }
    }
}
