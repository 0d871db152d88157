"""PyTorch on the CPU: a multi-layer perceptron by Adam. Installed apart (requirements-torch.txt), as it takes much room."""
import torch
from torch import nn

import data
from peers.task import DIGITS_EPOCHS, HIDDEN, SEEDS, THREADS, Task, mean_over_seeds

BATCH = 128
RATE = 1e-3


def network(inputs, outputs):
    layers, width = [], inputs
    for units in HIDDEN:
        layers += [nn.Linear(width, units), nn.ReLU()]
        width = units
    return nn.Sequential(*layers, nn.Linear(width, outputs))


class Digits(Task):
    data_name = "digits"

    def versions(self):
        return {"torch": torch.__version__}

    def load(self):
        torch.set_num_threads(THREADS)
        self.pixels, self.label = (torch.from_numpy(part) for part in data.digits_table(self.folder, "train"))

    def train(self, seed):
        torch.manual_seed(seed)
        made = network(self.pixels.shape[1], data.DIGITS)
        steps = torch.optim.Adam(made.parameters(), RATE)
        for _ in range(DIGITS_EPOCHS):
            for rows in torch.randperm(len(self.label)).split(BATCH):
                steps.zero_grad()
                nn.functional.cross_entropy(made(self.pixels[rows]), self.label[rows]).backward()
                steps.step()
        return made

    def run(self):
        return self.train(SEEDS[0])

    def judge(self, model):
        pixels, label = data.digits_table(self.folder, "test")
        with torch.no_grad():
            return float((model(torch.from_numpy(pixels)).argmax(1).numpy() == label).mean())

    def quality(self, model):
        return {"accuracy": mean_over_seeds(model, self.train, self.judge)}
