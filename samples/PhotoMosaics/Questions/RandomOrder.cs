using ScenesVqa.Scenes;

namespace PhotoMosaics.Questions;

/// <summary>Lists in random order.</summary>
internal static class RandomOrder
{
    /// <summary>The items in random order.</summary>
    public static List<T> Shuffled<T>(this IEnumerable<T> items, SceneRandom random)
    {
        var list = items.ToList();
        return [.. random.Permutation(list.Count).Select(i => list[i])];
    }
}
