namespace EosMLNet.Checkpoints;

/// <summary>Rows that are not independent: those that share an image, and those that share one with such a row.</summary>
public static class ImageGroups
{
    private static readonly Comparer<IReadOnlyList<int>> ImageOrder = Comparer<IReadOnlyList<int>>.Create((a, b) =>
        a.Zip(b, (x, y) => x.CompareTo(y)).FirstOrDefault(order => order != 0) is not 0 and var found ? found : a.Count.CompareTo(b.Count));

    /// <summary>The numbers of the rows, those about the same images one behind the other; else in their order.</summary>
    /// <param name="rows">The images of each row, by any numbers.</param>
    public static IReadOnlyList<int> InOrder(IReadOnlyList<IReadOnlyList<int>> rows) =>
        [.. Enumerable.Range(0, rows.Count).OrderBy(row => rows[row], ImageOrder)];

    /// <summary>The number of each row's group, from 0 in the order of first appearance.</summary>
    /// <param name="rows">The images of each row, by any numbers.</param>
    public static int[] OfRows(IReadOnlyList<IReadOnlyList<int>> rows)
    {
        var leaders = new Dictionary<int, int>(); // of images: another one of its group, or itself
        foreach (var row in rows)
            foreach (var image in row)
                leaders[Leader(image)] = Leader(row[0]);
        var numbers = new Dictionary<int, int>();
        return [.. rows.Select(row =>
        {
            var leader = Leader(row[0]);
            return numbers.TryGetValue(leader, out var number) ? number : numbers[leader] = numbers.Count;
        })];

        int Leader(int image)
        {
            while (leaders.GetValueOrDefault(image, image) is var next && next != image)
                image = leaders[image] = leaders.GetValueOrDefault(next, next); // halves the way for those who ask again
            return image;
        }
    }
}
