namespace ScenesVqa.Training;

/// <summary>Batches of images that share one size.</summary>
internal static class BySize
{
    /// <summary>Batches of <paramref name="count"/> images, each as soon as it is full; what is left of each size at the end.</summary>
    public static IEnumerable<ImageQuestions[]> Batches(this IEnumerable<ImageQuestions> images, int count)
    {
        var waiting = new Dictionary<(int, int), List<ImageQuestions>>();
        foreach (var image in images)
        {
            var size = (image.Image.Height, image.Image.Width);
            if (!waiting.TryGetValue(size, out var batch))
                waiting[size] = batch = [];
            batch.Add(image);
            if (batch.Count < count)
                continue;
            waiting.Remove(size);
            yield return [.. batch];
        }
        foreach (var rest in waiting.Values)
            yield return [.. rest];
    }
}
