using EosMLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

public sealed class ImageCacheTests
{
    private readonly List<int[]> encoded = [];

    [Fact]
    public void An_image_is_encoded_once_and_the_order_is_the_callers()
    {
        using var scope = NewDisposeScope();
        using var cache = new ImageCache(Encode, limitBytes: 1 << 20);
        Assert.Equal([3, 1, 3], Numbers(cache.Get(Alone(3, 1, 3))));
        Assert.Equal([1, 2, 3], Numbers(cache.Get(Alone(1, 2, 3))));
        Assert.Equal([[3, 1], [2]], encoded);
    }

    [Fact]
    public void What_does_not_fit_is_encoded_anew()
    {
        using var scope = NewDisposeScope();
        using var cache = new ImageCache(Encode, limitBytes: 2 * 4 * (6 + 3)); // two images of 3 tokens of width 2 and 3 attentions, float32
        Assert.Equal([1, 2, 3], Numbers(cache.Get(Alone(1, 2, 3))));
        Assert.Equal([3, 2, 1], Numbers(cache.Get(Alone(3, 2, 1))));
        Assert.Equal([[1, 2, 3], [3]], encoded);
    }

    [Fact]
    public void Disposing_leaves_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            using var cache = new ImageCache(Encode, limitBytes: 1 << 20);
            cache.Get(Alone(1, 2));
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static PromptImage[] Alone(params int[] images) => [.. images.Select(image => new PromptImage(image, 1))];

    private VisionOutput Encode(IReadOnlyList<PromptImage> images)
    {
        encoded.Add([.. images.Select(image => image.Index)]);
        using var scope = NewDisposeScope();
        var ids = tensor(images.Select(p => (float)p.Index).ToArray());
        return new VisionOutput(ids.reshape(-1, 1, 1).expand(-1, 3, 2).clone(), ids.reshape(-1, 1).expand(-1, 3).clone()).MoveToOuterDisposeScope();
    }

    private static float[] Numbers(VisionOutput output)
    {
        var features = output.Stacked().mean([1, 2]).data<float>().ToArray();
        Assert.Equal(features, output.ClsAttention!.view(output.Count, -1).mean([1]).data<float>().ToArray());
        return features;
    }
}
