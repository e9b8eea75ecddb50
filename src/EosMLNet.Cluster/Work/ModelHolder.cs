using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Cluster.Work;

/// <summary>The model that a device has worked with last: items of one job mostly need the same.</summary>
/// <param name="device">The device.</param>
internal sealed class ModelHolder(Device device) : IDisposable
{
    private (string Folder, ModelDataType Type, ModelUse Use, ImagePadding Padding) key;
    private VisionLanguageModel? model;

    /// <summary>The model; the holder's to dispose.</summary>
    /// <exception cref="EosException">EOS1xxx, EOS2xxx: it cannot be loaded.</exception>
    internal VisionLanguageModel Get(
        string folder, ModelDataType type, ModelUse use, ImagePadding padding, CancellationToken cancellation)
    {
        if (model is not null && key == (folder, type, use, padding))
            return model;
        Dispose(); // makes room
        model = VisionLanguageModel.Load(folder, type, device, cancellation, padding, use);
        key = (folder, type, use, padding);
        return model;
    }

    public void Dispose()
    {
        model?.Dispose();
        model = null;
    }
}
