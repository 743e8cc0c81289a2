import { describeDelivery } from './support/describe-delivery';

describeDelivery('hybrid');
